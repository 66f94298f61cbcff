"""The training script that is written beside a module."""
