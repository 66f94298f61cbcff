from __future__ import annotations

from cnncalc.layer import Parameter, Structure


class Aux(Structure):
    """A head that only trains: its body reads the line it names and the next line goes on as if it were not there.

    Its loss is added with `weight` (Szegedy et al. 2015, section 5: 0.3); no total of the network counts it.
    """

    role = "head"
    parameters = (Parameter("weight", "number", default="1", low=0),)
