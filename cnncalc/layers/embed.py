from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.geometry import Shape
from cnncalc.layer import Layer, Module, Parameter, Saved, Weight
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.geometry import Whole, Window
    from cnncalc.layer import Array, Requirement


class Embed(Layer):
    """A vector of `dim` trained numbers for each token, looked up in a table of `vocab` of them.

    From L tokens to a 1-D map of L positions and `dim` channels; dim*vocab params; a look-up is no arithmetic
    (Bengio et al. 2003, section 2, the matrix C; PyTorch, nn.Embedding). Training keeps the tokens, to know
    which rows to change.
    """

    tokens = True
    ranks = (1,)
    parameters = (
        Parameter("dim", "count", positional=True, required=True),
        Parameter("vocab", "count", required=True),
    )
    examples = (
        ("7 tokens", "embed 4 vocab 10"),
        ("12 tokens", "embed 3 vocab 5"),
        ("64 tokens", "embed dim=8 vocab=100"),
    )

    dim: int
    vocab: int

    def out(self, *inputs: Shape) -> Shape:
        return Shape(self.dim, inputs[0].extents)

    def window(self, *inputs: Shape) -> Window | Whole | None:
        return None

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {"weight": Weight((self.vocab, self.dim))}

    def work(self, *inputs: Shape) -> Work:
        return Work()

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())

    def saved(self, *inputs: Shape) -> Saved:
        return Saved(input=not self.frozen)

    def torch(self, *inputs: Shape) -> Module:
        return Module(f"nn.Embedding({self.vocab}, {self.dim})", "{m}({x}).movedim(-1, 1)")

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        out: Array = weights["weight"][inputs[0].astype(int)].swapaxes(1, 2)
        return out
