"""Numbers to text: for people (tables, working, findings) and for programs (JSON, CSV)."""
