"""Networks to numbers, a file each."""
