"""The parts of a training script: each is text, written as a module so that it is checked as one; none is imported."""
