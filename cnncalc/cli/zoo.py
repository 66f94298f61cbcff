"""`cnncalc zoo`: the specs that come with the package."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnncalc import zoo as specs
from cnncalc.cli.common import Failure

FORMATS = ("table", "json")
Format = Annotated[
    str, typer.Option("--format", metavar="FORMAT", help="table or json.", autocompletion=lambda: FORMATS)
]


def zoo(format_: Format = "table") -> None:
    """List the networks that come with cnncalc: name, params, MACs, title and source."""
    if format_ not in FORMATS:
        raise Failure(f"--format takes {', '.join(FORMATS)}, not '{format_}'")
    from cnncalc.api import load
    from cnncalc.render import people
    from cnncalc.render.screen import screen

    networks = [load(path) for name in specs.names() if (path := specs.path(name))]
    if format_ == "table":
        print("\n".join(people.zoo(networks, screen(sys.stdout).width)))
        return
    from cnncalc.render.machine import listed

    rows: list[dict[str, object]] = [
        {"name": n.name, "title": n.title, "source": n.source.origin, "params": n.params, "macs": n.macs}
        for n in networks
    ]
    print(listed(rows))
