"""Which parts a training script has, by its network and its recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnncalc.emit.training.plan import Plan

NAMED = {"recipe": "bias", "paper": "paper bias"}
"""The terms of a recipe that name biases, by the ways in which weights begin."""


def chosen(plan: Plan) -> Iterator[str]:
    """The parts of a script in their order, under headings."""
    yield from ("# How the weights begin, what is minimised, and how", "weighted")
    yield from dict.fromkeys(f"inits/{name}" for name in (*ways(plan).values(), *ways(plan)))
    yield from ("scores", f"losses/{plan.loss}", f"objectives/{'heads' if plan.heads else 'plain'}")
    yield from ("groups", f"optimizers/{plan.optimizer}", f"schedules/{schedule(plan)}")
    yield from ["augment"] * augments(plan)
    yield from ("# The steps, in one process or several", "world", "training")
    yield "# The data"
    yield from data(plan)
    yield from synthetic(plan)
    yield from ("inputs", "batches", "# The run", "choices", "options", "report", "checkpoint", "main")


def ways(plan: Plan) -> Mapping[str, str]:
    """How the weights may begin, by the words of --init, the usual first; each with the way in which they are drawn."""
    recipe = plan.recipe
    own = "recipe" if plan.init == "normal" or recipe.said.get(NAMED["recipe"]) else plan.init
    paper = {"paper": recipe.choice("paper init") or plan.init}
    return {own: plan.init, **(paper if {"paper init", "paper bias"} & recipe.said.keys() else {})}


def schedule(plan: Plan) -> str:
    """The schedule by the name of its part."""
    named = plan.recipe.choice("schedule", "constant")
    return {"linear": "poly"}.get(named, named)


def augments(plan: Plan) -> bool:
    """Whether images are cut or mirrored by chance."""
    return plan.images and plan.input.output.rank == 2 and bool({"crop", "flip"} & plan.recipe.said.keys())


def data(plan: Plan) -> Iterator[str]:
    """The parts that read what is given, and see that the network reads it too."""
    yield from ("data/samples", "data/classes" if plan.loss == "cross_entropy" else "data/numbers", "data/split")
    yield from (*(["data/tokens"] if plan.tokens else ["data/fit", "data/continuous"]), "data/arrays")
    if plan.images:
        yield from ("data/mnist", "data/cifar")
    if plan.images and plan.input.output.rank == 2:
        yield "data/folders"


def synthetic(plan: Plan) -> Iterator[str]:
    """The parts of the task that needs no data."""
    if plan.tokens:
        yield "synthetic/sentences"
        return
    yield {"cross_entropy": "synthetic/classes", "bce": "synthetic/yes_no"}.get(plan.loss, "synthetic/numbers")
    yield from ("synthetic/noise", "synthetic/maps" if plan.maps else "synthetic/patterns")
