"""Our named tuples behave as typing.NamedTuple does."""

import copy
import inspect
import pickle
import typing

import pytest

from cnncalc import record


class Ours(record.NamedTuple):
    """A map."""

    channels: int
    extents: tuple[int, ...] = ()
    fill: str = "zeros"

    @property
    def rank(self) -> int:
        return len(self.extents)


class Theirs(typing.NamedTuple):
    """A map."""

    channels: int
    extents: tuple[int, ...] = ()
    fill: str = "zeros"

    @property
    def rank(self) -> int:
        return len(self.extents)


class Empty(record.NamedTuple):
    pass


BOTH = pytest.mark.parametrize("kind", [Ours, Theirs])


@BOTH
def test_it_is_made_and_read_as_a_tuple_with_names(kind):
    made = kind(3, extents=(2, 2))
    assert (made.channels, made.extents, made.fill, made.rank) == (3, (2, 2), "zeros", 2)
    assert made == (3, (2, 2), "zeros") == kind(3, (2, 2), "zeros") == kind(fill="zeros", extents=(2, 2), channels=3)
    assert hash(made) == hash(tuple(made))
    assert tuple(made) == (made[0], *made[1:])
    assert isinstance(made, tuple)
    assert made._fields == ("channels", "extents", "fill")
    assert made._asdict() == {"channels": 3, "extents": (2, 2), "fill": "zeros"}
    assert made._replace(channels=4) == kind(4, (2, 2))
    assert type(made._replace(channels=4)) is kind
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made
    assert kind.__doc__ == "A map."


@BOTH
@pytest.mark.parametrize(
    ("given", "named"), [((), {}), ((1, 2, 3, 4), {}), ((1,), {"depth": 2}), ((1,), {"channels": 2})]
)
def test_wrong_arguments_are_refused(kind, given, named):
    with pytest.raises(TypeError):
        kind(*given, **named)


@BOTH
def test_it_does_not_change(kind):
    with pytest.raises(AttributeError):
        kind(3).channels = 4
    with pytest.raises(AttributeError):
        kind(3).depth = 4
    with pytest.raises(ValueError, match="depth"):
        kind(3)._replace(depth=4)


def test_text_and_signature_are_the_same():
    assert repr(Ours(3)) == repr(Theirs(3)).replace("Theirs", "Ours")
    assert list(inspect.signature(Ours).parameters) == list(inspect.signature(Theirs).parameters)
    assert Empty() == ()


@pytest.mark.parametrize("count", range(len(record.CONSTRUCTORS)))
def test_every_number_of_fields_has_its_constructor(count):
    names = [f"field{at}" for at in range(count)]
    kind = record.Maker("Some", (record.NamedTuple,), {"__annotations__": dict.fromkeys(names, "int")})
    assert kind(*range(count)) == tuple(range(count)) == tuple(getattr(kind(*range(count)), name) for name in names)
