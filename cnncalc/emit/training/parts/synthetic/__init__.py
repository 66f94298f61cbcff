"""One way each."""
