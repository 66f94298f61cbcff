"""The linter: an engine, and its rules, one file a code."""
