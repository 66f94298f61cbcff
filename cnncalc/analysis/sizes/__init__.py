"""Every size of an input at once: where a network is legal, where its strides fit, where it gives the same maps."""
