"""The Python interface: `load`, `loads`, `Network`, `SpecError`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnncalc import zoo
from cnncalc.collector import Paused
from cnncalc.network import node
from cnncalc.network.trace import Options, trace
from cnncalc.source import Limits, decode, read
from cnncalc.syntax.parse import Parsed, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import nn

    from cnncalc.analysis.memory import Memory
    from cnncalc.diagnostic import Diagnostic
    from cnncalc.geometry import Rational, Shape


class SpecError(ValueError):
    """No whole network exists: the spec has errors of syntax or shape, listed in `diagnostics`.

    Where `set` names no constant of the file, or `input` is no shape, there are none and the message says so.
    """

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics


class Network(node.Network):
    """A network: iterates its layers; `net["CONV1"].output`, `net.params`, `net.macs`."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the spec, its shapes, its strides and its claims (SYN, SHP, FIT, REF)."""
        from cnncalc.lint.engine import CHECKED, findings

        return findings(self, CHECKED)

    def lint(self) -> tuple[Diagnostic, ...]:
        """The findings of every family of rules, infos among them, by place; `print` shows one in a line.

        Comments of the spec suppress as they do for `cnncalc lint`. Settings files are not read.
        """
        from cnncalc.lint.engine import findings

        return findings(self)

    def to_dict(self) -> dict[str, object]:
        """The network as JSON schema 1."""
        from cnncalc.render.machine import to_dict

        return to_dict(self, self.diagnostics)

    def memory(self, batch: int = 1, dtype: str = "float32", training: bool = False) -> Memory:
        """Its memory in bytes, with the heads that only train where `training` asks for them.

        Raises ValueError for a dtype that does not exist or a batch below 1.
        """
        from cnncalc.analysis.memory import memory

        return memory(self, batch, dtype, training)

    def torch_source(self) -> str:
        """A PyTorch module as text; its last class is the network and is built without arguments."""
        from cnncalc.emit.torch_module import torch_source

        return torch_source(self)

    def training_source(self, module: str = "model", script: str = "train.py") -> str:
        """A training script as text, for the file `script` and the module that is saved as `module`.py beside it.

        Raises ValueError where none can be written: several inputs or outputs, nothing to train, no loss that fits.
        """
        from cnncalc.emit.training.script import training_source

        return training_source(self, module, script)

    def to_torch(self) -> nn.Module:
        """That module built in this process, from exactly that text; needs torch."""
        from cnncalc.emit.verify import build

        return build(self.torch_source())


def analyse(
    text: str | bytes,
    name: str,
    path: str,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: str | None = None,  # noqa: A002
    limits: Limits = Limits(),
) -> Network:
    """The network of a text, whole or not; raises ValueError where `set` or `input` mean nothing."""
    with Paused():
        source = decode(text, path) if isinstance(text, bytes) else text
        if isinstance(source, str):
            source = read(source, path, limits)
        parsed = parse(source, limits)
        shape = shape_of(input, parsed) if input else None
        constants = {key: rational(key, value) for key, value in (set or {}).items()}
        return Network(**trace(source, parsed, name, Options(constants, shape, limits)).__dict__)


def rational(name: str, value: object) -> Rational:
    """A number to set, read as it prints: 1.4 is 7/5."""
    from cnncalc.diagnostic import Mistake
    from cnncalc.syntax.expression import evaluate
    from cnncalc.syntax.parse import whole_expression

    try:
        return evaluate(whole_expression(str(value), 0), {})
    except Mistake as mistake:
        raise ValueError(f"{name}={value}: {mistake.message}") from None


def shape_of(text: str, parsed: Parsed) -> Shape:
    """An input shape as the spec's `axes` writes it."""
    from cnncalc.syntax.tree import Axes

    axes = [f"axes {statement.word}" for statement in parsed.statements if isinstance(statement, Axes)]
    source = read("\n".join([*axes[:1], f"INPUT: {text}"]), "--input")
    line = trace(source, parse(source), "input")
    if not line.inputs or len(source.lines) > len(axes[:1]) + 1:
        reason = line.findings[0].message if line.findings else "one shape is wanted"
        raise ValueError(f"input '{text}' is no shape: {reason}; write 227x227x3")
    return line.inputs[0].output


def loads(
    text: str,
    name: str = "network",
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: str | None = None,  # noqa: A002
) -> Network:
    """The network of a spec's text; raises SpecError where it has errors of syntax or shape."""
    return whole(text, name, "<text>", set, input)


def load(
    path: str | os.PathLike[str],
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: str | None = None,  # noqa: A002
) -> Network:
    """The network of a file or a zoo name; an existing path wins. Raises FileNotFoundError, SpecError."""
    given = os.fspath(path)
    found = given if os.path.exists(given) else zoo.path(given)
    if found is None:
        raise FileNotFoundError(2, "no such spec, and no such name in the zoo", given)
    with open(found, "rb") as file:
        data = file.read()
    return whole(data, stem(found), found, set, input)


def formatted(text: str) -> str:
    """The canonical text of a spec, its comments kept: `cnncalc.format`. Raises SpecError where it does not read."""
    from cnncalc.syntax.format import canonical

    source = read(text)
    parsed = parse(source)
    if parsed.findings:
        raise refusal(source.name, tuple(sorted(parsed.findings, key=lambda finding: finding.span)))
    return canonical(source, parsed)


def stem(path: str) -> str:
    """A file's name without its folder and extension."""
    return os.path.splitext(os.path.basename(path))[0]


def whole(
    text: str | bytes, name: str, path: str, constants: Mapping[str, object] | None, shape: str | None
) -> Network:
    """The network of a text, if all of it is known."""
    try:
        network = analyse(text, name, path, constants, shape)
    except ValueError as error:
        raise SpecError(str(error)) from None
    if network.complete:
        return network
    raise refusal(network.source.name, network.findings)


def refusal(name: str, findings: tuple[Diagnostic, ...]) -> SpecError:
    """The error that carries findings and tells the first of them."""
    first = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    message = f"{name}:{first.span.line}:{first.span.column}: {first.code.code} {first.message}{more}"
    return SpecError(message, findings)
