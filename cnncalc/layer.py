"""The contract of a kind of layer.

A kind is one class in one module of `cnncalc.layers`; its keyword is the module's name. It states facts;
everything else (tables, lints, receptive fields, PyTorch modules) is derived from them once.
Every fact takes the shapes of the layer's inputs, so joins and chains are alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cnncalc.geometry import Shape
from cnncalc.record import NamedTuple
from cnncalc.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    import numpy
    from numpy.typing import NDArray

    from cnncalc.diagnostic import Code
    from cnncalc.geometry import Axes, Pad, Rational, Whole, Window

    Value = int | Fraction | Axes | tuple[Axes, ...] | Pad | Shape | str | None
    """What an argument is once evaluated: a number, extents, lists of them, a pad, a shape, a word, or left out."""
    Array = NDArray[numpy.float64]
    Interval = tuple[float | None, float | None]
    """From the first to the second number, both included; None: without end."""

UNBOUNDED = 1 << 4096


class Parameter(NamedTuple):
    """One argument of a kind: how it is written and what it may be.

    `type` is count (a whole number), number, extents (one an axis), pad, shape, range (`0:58`), rows (lists of
    indices: `0,1,2 1,2,3`), layer (the name of one above, which gives its shape) or flag.
    `default` is written in the spec language; the name of an earlier parameter stands for its value;
    an empty one leaves the argument out (None), and `required` forbids that.
    """

    name: str
    type: str
    unit: str = ""
    letters: str = ""
    positional: bool = False
    required: bool = False
    default: str = ""
    low: int = 1
    high: int = UNBOUNDED
    yields: tuple[str, ...] = ()
    """Arguments beside which a lone value is the next slot's: `conv depthwise 3` has a kernel of 3."""


EVERYWHERE = (Parameter("frozen", "flag"),)
"""What every kind takes."""


class Weight(NamedTuple):
    """A tensor a layer owns. `trainable` is False for buffers; `bias` marks what `weights` leaves out."""

    shape: Axes
    trainable: bool = True
    bias: bool = False


class Requirement(NamedTuple):
    """What must hold before a layer's arithmetic means anything; checked before `out`.

    `message` and `remedy` are format strings over `values`, both sides of the condition among them;
    `about` is the argument to point at, the whole line when empty.
    """

    holds: bool
    code: Code
    message: str
    values: tuple[object, ...] = ()
    remedy: str = ""
    about: str = ""


class Saved(NamedTuple):
    """What training keeps of one layer for its backward pass.

    `extra` lists (elements, bytes each) of tensors that are neither input nor output; 0 bytes: the network's dtype.
    All of them grow with the batch but `once`, which is as large for any. Of several inputs those at the places `but`
    are not kept.
    """

    input: bool = False
    output: bool = False
    extra: tuple[tuple[int, int], ...] = ()
    once: tuple[tuple[int, int], ...] = ()
    but: tuple[int, ...] = ()


class Module(NamedTuple):
    """The layer in PyTorch, as text: a constructor, and the call of it on `{x}` as module `{m}`.

    An empty `text` is a call without a module; `helper` is a class the text needs, defined once a file. `functions` are
    the calls of torch.nn.functional that a helper makes by itself, each with how many numbers it is given.
    """

    text: str
    call: str = "{m}({x})"
    helper: str = ""
    functions: tuple[tuple[str, int], ...] = ()


class Part(NamedTuple):
    """What a window on one map gives to a number of the output, as it is worked on the board.

    `cells` are those under the window, nan where one does not count, and `kernel` what stands over them, if anything
    does, both as rows of the last axis; `terms` are put together by `sign` ("," in a list) between `before` and
    `after`, and give `value`.
    """

    channel: int
    cells: Array
    kernel: Array | None
    terms: tuple[tuple[str, ...], ...]
    value: float
    before: str = ""
    after: str = ""
    sign: str = "+"


class Layer:
    """One layer with its arguments evaluated. Immutable; arguments are attributes under their names."""

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    aliases: ClassVar[tuple[str, ...]] = ()
    arity: ClassVar[int] = 1
    """How many tensors it reads: 0 for an input, 2 for a join of two or more."""
    joins: ClassVar[bool] = False
    """Whether it may read several tensors, its branches."""
    role: ClassVar[str] = ""
    """What it does to the graph where it computes nothing itself: head (its body only trains), gives (says what the
    network gives), again (shares weights), fitted (follows another branch)."""
    ranks: ClassVar[tuple[int, ...]] = (0, 1, 2, 3)
    """How many spatial axes the input may have."""
    tokens: ClassVar[bool] = False
    """Whether it reads a sequence of tokens, and nothing else."""
    postfix: ClassVar[bool] = False
    """Whether it may follow another layer on its line."""
    view: ClassVar[bool] = False
    """Whether its output shares the input's memory, so that it adds no activations."""
    rests: ClassVar[bool] = False
    """Whether it acts in training only, and hands its input on in evaluation."""
    gathers: ClassVar[str] = ""
    """What it needs in one piece, sample or batch: it copies an input that is cut from a larger map."""
    follows: int = 0
    """Whether its stride is that of another branch, where it is judged."""
    frozen: int = 0
    """Whether its weights are kept as they are: buffers, not trained."""
    linear: ClassVar[bool] = False
    """Whether, in evaluation, all it puts out are weighted sums of what it is given, plus biases."""
    activation: ClassVar[bool] = False
    """Whether it is the nonlinearity of the neurons before it."""
    bounds: ClassVar[Interval] = (None, None)
    """The least and the most that it puts out, where there is such."""
    keeps: ClassVar[Interval | None] = None
    """The numbers that it hands on as they are, if there is such a stretch."""
    within: ClassVar[bool] = False
    """Whether all that it puts out lies between the least and the most of what it is given and 0."""
    losses: ClassVar[tuple[str, ...]] = ()
    """The losses, by PyTorch's names, that apply it themselves."""
    distances: ClassVar[bool] = False
    """Whether it puts out distances, so that the least of them is the answer."""
    centres: ClassVar[bool] = False
    """Whether it takes the mean of each channel off, so that a bias before it changes nothing."""
    batched: ClassVar[bool] = False
    """Whether the mean it takes off in training is that of the whole batch."""
    examples: ClassVar[tuple[tuple[str, str], ...]] = ()
    """(input, line) pairs: the contract tests hold every one against PyTorch, NumPy and brute force."""

    word: ClassVar[str] = ""
    """The name of the kind's module."""

    def __init_subclass__(cls) -> None:
        cls.word = cls.__module__.rpartition(".")[2]

    def __init__(self, **values: Value) -> None:
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name}: layers are immutable")

    @classmethod
    def keyword(cls) -> str:
        """The kind's word in a spec, or two: the name of its module, `_` for the space."""
        return cls.word.replace("_", " ")

    @classmethod
    def slug(cls) -> str:
        """The kind as one word, as names of anonymous lines and of postfixes have it."""
        return cls.word

    def replaced(self, **values: Value) -> Layer:
        """The same layer with other arguments."""
        return type(self)(**{**self.__dict__, **values})

    def out(self, *inputs: Shape) -> Shape:
        """The shape of the output."""
        raise NotImplementedError(self.keyword())

    def window(self, *inputs: Shape) -> Window | Whole | None:
        """The window that slides over the input; "whole" for one over all of it, None for elementwise."""
        raise NotImplementedError(self.keyword())

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        """The tensors the layer owns, under PyTorch's names and in PyTorch's layout."""
        raise NotImplementedError(self.keyword())

    def work(self, *inputs: Shape) -> Work:
        """The operations one sample costs."""
        raise NotImplementedError(self.keyword())

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        """What must hold, each with both numbers and a remedy; reading stops at the first that does not."""
        raise NotImplementedError(self.keyword())

    def saved(self, *inputs: Shape) -> Saved:
        """What training keeps for the backward pass."""
        raise NotImplementedError(self.keyword())

    def trained(self, needs: tuple[bool, ...], *inputs: Shape) -> Saved:
        """What training keeps where gradients are needed of these inputs only, and of its weights."""
        return self.saved(*inputs)

    def torch(self, *inputs: Shape) -> Module:
        """The layer in PyTorch."""
        raise NotImplementedError(self.keyword())

    def torch_shared(self, *inputs: Shape) -> Module:
        """The layer in PyTorch where its weights also stand on other inputs: its constructor is the same for all."""
        return self.torch(*inputs)

    def run(self, weights: Mapping[str, Array], *inputs: Array) -> Array:
        """The layer in NumPy, evaluation mode; inputs carry a batch axis first."""
        raise NotImplementedError(self.keyword())

    def worked(self, weights: Mapping[str, Array], x: Array, place: Axes, channel: int) -> tuple[Part, ...]:
        """Where a window slides over numbers: what adds up to the number at a place of one channel of the output.

        `x` is one sample, (channels, *extents). Nothing where the kind has no such working.
        """
        return ()

    def fits(self, x: Shape, other: Shape, stride: tuple[Rational, ...]) -> Iterator[Requirement]:
        """For what is fitted to another branch: what must hold for an input x beside one of this output and stride."""
        raise NotImplementedError(self.keyword())

    def fitted(self, x: Shape, other: Shape, stride: tuple[Rational, ...]) -> tuple[Layer, ...]:
        """For what is fitted to another branch: the layers that stand for it; none where there is no branch."""
        raise NotImplementedError(self.keyword())

    def passes(self, *inputs: Shape) -> bool:
        """Whether its output is the input's own memory, so that it adds no activations."""
        return self.view

    def made(self, output: Shape, *inputs: Shape) -> Shape:
        """The shape of the tensor whose memory its output has: larger where it puts out a part of it."""
        return output

    def tensors(self, *inputs: Shape) -> Mapping[str, Weight]:
        """The tensors the layer owns, all of them buffers where it is frozen."""
        weights = self.weights(*inputs)
        if not self.frozen:
            return weights
        return {name: weight._replace(trainable=False) for name, weight in weights.items()}

    def connections(self, *inputs: Shape) -> int:
        """Weighted links, biases among them (LeCun et al. 1998, section II.B): MACs and a bias for each output."""
        macs = self.work(*inputs).macs
        biased = any(weight.bias for weight in self.weights(*inputs).values())
        return macs + (self.out(*inputs).elements if macs and biased else 0)

    def claims(self, *inputs: Shape) -> Iterator[tuple[str, int, int, str]]:
        """What the arguments claim of the input: (argument, said, found, working over `{shape}` and `{found}`)."""
        return iter(())


class Arrangement(Layer):
    """A kind that puts numbers elsewhere: nothing slides, nothing is learned, worked out or kept for training."""

    def window(self, *inputs: Shape) -> Window | Whole | None:
        return None

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def work(self, *inputs: Shape) -> Work:
        return Work()

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())

    def saved(self, *inputs: Shape) -> Saved:
        return Saved()


class Structure(Layer):
    """A word that arranges the graph and makes no layer of its own; its `role` says what it does."""

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())


class Elementwise(Layer):
    """A kind that maps every number by itself: the shape stays, nothing slides, nothing is learned."""

    postfix = True

    def out(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def window(self, *inputs: Shape) -> Window | Whole | None:
        return None

    def weights(self, *inputs: Shape) -> Mapping[str, Weight]:
        return {}

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())


class Activation(Elementwise):
    """A nonlinearity: every number by itself through a function that is not linear."""

    activation = True


class Normalization(Layer):
    """A kind that rescales activations: the shape stays and nothing slides over the map."""

    postfix = True

    def out(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def window(self, *inputs: Shape) -> Window | Whole | None:
        return None

    def requires(self, *inputs: Shape) -> Iterator[Requirement]:
        return iter(())


def literal(axes: Axes) -> str:
    """Extents as PyTorch takes them: one number where all axes agree."""
    return str(axes[0]) if len(set(axes)) == 1 else str(tuple(axes))


def number(value: object) -> str:
    """A rational number as Python source text: 0.5, 1e-05, 7."""
    return repr(float(str(value)) if isinstance(value, float) else _decimal(value))


def _decimal(value: object) -> int | float:
    from fractions import Fraction

    exact = Fraction(str(value))
    return int(exact) if exact.denominator == 1 else exact.numerator / exact.denominator


def figure(value: float) -> str:
    """A number as it is written on the board: whole, or with six digits."""
    value += 0.0  # -0 is 0
    return f"{value:.0f}" if value == round(value, 0) and abs(value) < 1e15 else f"{value:.6g}"


def second(value: float) -> str:
    """A number behind a sign: one below 0 stands in parentheses."""
    return f"({figure(value)})" if value < 0 else figure(value)
