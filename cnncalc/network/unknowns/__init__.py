"""Numbers to solve for: where a line has `?`, what may stand there, and why nothing does."""
