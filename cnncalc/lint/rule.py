"""The contract of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncalc.diagnostic import Code, Diagnostic
    from cnncalc.lint.study import Study

HEADINGS = ("What it does", "Why is this bad", "Example", "Use instead", "Fix safety", "Source")
"""Every page has these, in this order."""


class Rule:
    """One code: its page, the specs that show it (`bad`) and their legal twins (`good`), and the check.

    The cases are the rule's tests: each bad one yields exactly this code, each good one none of it, and some good one
    is a near miss: a bad one but for a line. `fixes` says how the findings are repaired: safe, unsafe, or not at all;
    a safe fix changes no number of the network.
    """

    code: ClassVar[Code]
    good: ClassVar[tuple[str, ...]]
    bad: ClassVar[tuple[str, ...]]
    fixes: ClassVar[str] = ""
    turn: ClassVar[int] = 0
    """When it is run: in turn 1 with what those of turn 0 found, in turn 2 to judge what became of all of that."""

    def check(self, study: Study) -> Iterator[Diagnostic]:
        """The findings of this code in a network; nodes behind an error are not in it."""
        raise NotImplementedError(self.code.code)
