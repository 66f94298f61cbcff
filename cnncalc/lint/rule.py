"""The contract of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.diagnostic import Code, Diagnostic
    from cnncalc.network.node import Network

HEADINGS = ("What it does", "Why is this bad", "Example", "Use instead", "Fix safety", "Source")
"""Every page has these, in this order."""


class Rule:
    """One code: its page, the specs that show it (`bad`) and their legal twins (`good`), and the check.

    The cases are the rule's tests: each bad one yields exactly this code, each good one none of it.
    """

    code: ClassVar[Code]
    good: ClassVar[tuple[str, ...]]
    bad: ClassVar[tuple[str, ...]]

    def check(self, network: Network) -> Iterator[Diagnostic]:
        """The findings of this code in a network; nodes behind an error are not in it."""
        raise NotImplementedError(self.code.code)
