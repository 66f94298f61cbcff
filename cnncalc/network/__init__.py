"""Statements to networks: every line gets its shapes, in one pass over the text."""
