from __future__ import annotations

from cnncalc.layer import Parameter, Structure


class Share(Structure):
    """A whole line, block or group again, with the same weights (Bromley et al. 1993, "Siamese" networks).

    Its params count once, its MACs each time.
    """

    role = "again"
    parameters = (Parameter("line", "layer", positional=True, required=True),)
