from __future__ import annotations

from cnncalc.layer import Structure


class Output(Structure):
    """What the network gives, where that is not its last line: `OUT: output from FC8, BOX4`."""

    role = "gives"
