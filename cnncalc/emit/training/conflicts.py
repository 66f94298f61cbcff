"""What a recipe says that cannot go together, or that its network has no use for.

Every rule reads the plan of a training script; where one speaks the others are asked all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.emit.training.plan import biased
from cnncalc.recipe import FREE, Fault, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.emit.training.plan import Plan

OF_OPTIMIZERS = {
    "sgd": ("momentum", "nesterov"),
    "adam": ("beta1", "beta2", "eps"),
    "adamw": ("beta1", "beta2", "eps"),
    "rmsprop": ("alpha", "eps", "momentum"),
    "adadelta": ("alpha", "eps"),
}
"""The terms that an optimizer has a use for, beside those that all have."""
OF_SCHEDULES = {
    "plateau": ("factor", "patience"),
    "steps": ("factor",),
    "step": ("factor",),
    "exponential": ("factor",),
}
"""The terms that a schedule has a use for."""


def conflicts(plan: Plan) -> Iterator[Fault]:
    """What a recipe says that cannot be, or that nothing has a use for; it has no other fault."""
    for rule in (optimizers, uses, momenta, schedules, steps, warmups, parts, names, biases, classes, views):
        yield from rule(plan)


def at(plan: Plan, name: str, message: str, hint: str) -> Fault:
    """A fault of one term."""
    said = plan.recipe.said[name]
    return Fault(message, hint, said.begin, said.end)


def optimizers(plan: Plan) -> Iterator[Fault]:
    """There is one optimizer."""
    first, *more = [name for name in plan.recipe.said if name in OF_OPTIMIZERS] or [""]
    for name in more:
        yield at(plan, name, f"'{first}' and '{name}' are two optimizers", "leave one of them out")


def uses(plan: Plan) -> Iterator[Fault]:
    """What belongs to an optimizer stands with one that has a use for it."""
    named = [name for name in plan.recipe.said if name in OF_OPTIMIZERS]
    own = OF_OPTIMIZERS[plan.optimizer]
    every = dict.fromkeys(name for names in OF_OPTIMIZERS.values() for name in names)
    for name in every:
        if name in plan.recipe and name not in own and len(named) < 2:
            others = [other for other, names in OF_OPTIMIZERS.items() if name in names]
            what = plan.recipe.optimizer or "sgd, the usual optimizer,"
            yield at(plan, name, f"{what} has no use for '{name}'", f"leave it out, or write {listed(others)}")


def momenta(plan: Plan) -> Iterator[Fault]:
    """Nesterov's momentum is one, and not 0."""
    if plan.recipe.optimizer != "sgd" or "nesterov" not in plan.recipe:
        return
    both = [plan.recipe.number(name) for name in ("momentum", "nesterov")]
    if all(both):
        text = f"'momentum {both[0]}' and 'nesterov {both[1]}' are two momenta"
        yield at(plan, "nesterov", text, f"write 'momentum {both[0]} nesterov'")
    elif not float(plan.recipe.momentum):
        yield at(plan, "momentum", "'nesterov' needs a momentum above 0", "write 'nesterov 0.9'")


def schedules(plan: Plan) -> Iterator[Fault]:
    """What belongs to a schedule stands with one that has a use for it."""
    schedule = plan.recipe.choice("schedule", "constant")
    for name in ("factor", "patience"):
        if name in plan.recipe and name not in OF_SCHEDULES.get(schedule, ()):
            others = [f"schedule {other}" for other, names in OF_SCHEDULES.items() if name in names]
            text = f"'schedule {schedule}' has no use for '{name}'"
            yield at(plan, name, text, f"leave it out, or write {listed(others)}")


def steps(plan: Plan) -> Iterator[Fault]:
    """Steps rise, and come before the last epoch ends."""
    if plan.recipe.choice("schedule") != "steps":
        return
    numbers = plan.recipe.said["schedule"].numbers
    rising = sorted(set(map(int, numbers)))
    epochs = plan.number("epochs")
    if rising != [int(number) for number in numbers]:
        text = f"'schedule steps {' '.join(numbers)}' does not rise"
        yield at(plan, "schedule", text, f"write 'schedule steps {' '.join(map(str, rising))}'")
    elif rising[-1] >= int(epochs):
        hint = "write the epochs after which it steps, or more 'epochs'"
        yield at(plan, "schedule", f"a step after epoch {rising[-1]} is never taken: there are {epochs} epochs", hint)


def warmups(plan: Plan) -> Iterator[Fault]:
    """The rate has grown before training ends, where the recipe says when."""
    epochs, warmup = plan.number("epochs"), plan.number("warmup")
    if "epochs" in plan.recipe and float(warmup) > int(epochs):
        text = f"'warmup {warmup}' is longer than training: there are {epochs} epochs"
        yield at(plan, "warmup", text, f"write a warmup of {epochs} at most, or more 'epochs'")


def names(plan: Plan) -> Iterator[Fault]:
    """Biases are of layers."""
    for name in ("bias", "paper bias"):
        if name in plan.recipe and not plan.recipe.said[name].names:
            text = f"'{name} {plan.recipe.number(name)}' names no layer"
            yield at(plan, name, text, f"write the layers behind it: '{name} {plan.recipe.number(name)} CONV2 FC6'")


def parts(plan: Plan) -> Iterator[Fault]:
    """A batch is cut into no more parts than it has samples."""
    batch, cut = plan.number("batch"), plan.number("accumulate")
    if int(cut) > int(batch):
        text = f"a batch of {batch} cannot be worked in {cut} parts"
        yield at(plan, "accumulate", text, f"write 'accumulate {batch}' at most, or a larger 'batch'")


def biases(plan: Plan) -> Iterator[Fault]:
    """Biases are of layers that have some."""
    for key in ("bias", "paper bias"):
        names = plan.recipe.said[key].names if key in plan.recipe else ()
        parts = [(name, plan.network.part(name)) for name in names]
        without = [name for name, nodes in parts if not any(map(biased, nodes)) and (nodes or name not in FREE)]
        if without:
            text = f"'{key}' is of '{shown(without[0])}', and no layer of this name has a bias"
            yield at(plan, key, text, "name layers of the file that have one")


def classes(plan: Plan) -> Iterator[Fault]:
    """Classes are two or more, and nothing else has its targets smoothed."""
    count = plan.output.output.channels or 1
    if plan.recipe.choice("loss") == "cross_entropy" and count == 1:
        text = f"'loss {plan.recipe.loss}' compares classes, and {plan.network.name} gives 1 number"
        yield at(plan, "loss", text, "write 'loss bce' for yes or no, or 'loss mse' for a number")
    if "smoothing" in plan.recipe and plan.loss != "cross_entropy":
        text = f"'smoothing' is of classes, and the loss is {plan.loss}"
        yield at(plan, "smoothing", text, "leave it out, or write 'loss cross_entropy'")


def views(plan: Plan) -> Iterator[Fault]:
    """Images are cut and mirrored where one class belongs to each."""
    given = [key for key in ("crop", "flip") if key in plan.recipe]
    dims, planes = plan.input.output.dims, plan.input.output.rank == 2
    sizes = "x".join(map(str, dims))
    for key in given:
        if not planes:
            what = f"{plan.input.name} is {sizes or 'a token'}"
            yield at(plan, key, f"'{key}' is of images, and {what}", "leave it out")
        elif not plan.images:
            what = "a class for every cell" if plan.loss == "cross_entropy" else "no class"
            yield at(plan, key, f"'{key}' keeps the class of an image, and its target is {what}", "leave it out")
    room = int(plan.recipe.number("crop", "0"))
    if planes and room >= min(dims[1:]):
        text = f"'crop {room}' puts room around {plan.input.name} for an image beside the one of {sizes}"
        yield at(plan, "crop", text, f"write 'crop {max(1, min(dims[1:]) // 8)}'")


def listed(names: list[str]) -> str:
    """Words of which one is to be written: 'a', 'b' or 'c'."""
    *most, last = [f"'{name}'" for name in names]
    return ", ".join(most) + " or " * bool(most) + last
