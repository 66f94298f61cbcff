"""SARIF 2.1.0, the format of static analysis results that code hosts and editors read.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, 2020; the sections are named below.
"""

from __future__ import annotations

from json import dumps
from os import fsencode
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cnncalc import __version__
from cnncalc.lint.registry import FAMILIES, family
from cnncalc.render.findings.paths import relative
from cnncalc.render.findings.text import safe
from cnncalc.render.pages import markdown, parts, prose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.diagnostic import Code, Diagnostic, Edit, Fix, Span
    from cnncalc.render.findings import Reports
    from cnncalc.render.machine import Json

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "%SRCROOT%"
LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}


def document(reports: Reports) -> str:
    """One run over all files."""
    codes = sorted({finding.code for _, found in reports for finding in found})
    at = {code: index for index, code in enumerate(codes)}
    results = [result(finding, artifact(source.name), at) for source, found in reports for finding in found]
    driver = {"name": "cnncalc", "version": __version__, "rules": [rule(code) for code in codes]}
    root = {ROOT: {"description": {"text": "The root of the repository, or the folder cnncalc ran in."}}}
    run = {
        "tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "originalUriBaseIds": root, "results": results,
    }  # fmt: skip
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def rule(code: Code) -> Json:
    """What a code means (3.49): its page as help, its first part in short."""
    page = parts(code.page)
    about = prose(page["What it does"])
    return {
        "id": code.code, "name": code.name, "shortDescription": {"text": text(about.partition(". ")[0].rstrip("."))},
        "fullDescription": {"text": text(f"{about} {prose(page['Why is this bad'])}")},
        "help": {"text": text(code.page.rstrip()), "markdown": text("\n".join(markdown(code.page)))},
        "defaultConfiguration": {"level": LEVELS[code.severity]}, "properties": {"tags": [FAMILIES[family(code)]]},
    }  # fmt: skip


def result(finding: Diagnostic, file: Json, at: Mapping[Code, int]) -> Json:
    """One finding (3.27)."""
    told = "\n".join(map(safe, filter(None, [finding.message, *finding.notes, finding.hint])))
    place = {"physicalLocation": {"artifactLocation": file, "region": region(finding.span)}}
    fixes: Json = {"fixes": [fix(finding.fix, file)]} if finding.fix else {}
    return {
        "ruleId": finding.code.code, "ruleIndex": at[finding.code], "level": LEVELS[finding.severity],
        "message": {"text": text(told)}, "locations": [place], **fixes,
    }  # fmt: skip


def text(message: str) -> str:
    """Plain text of a message: a brace that is not doubled begins a placeholder (3.11.5), `](` a link (3.11.6)."""
    return message.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def region(span: Span) -> Json:
    """A stretch of a file (3.30); the end column is not included."""
    return {
        "startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column,
    }  # fmt: skip


def artifact(name: str) -> Json:
    """A file (3.4): from the root of the repository, where it is in it."""
    path = quote(fsencode(relative(name)))
    return {"uri": f"file://{path}"} if path.startswith("/") else {"uri": path, "uriBaseId": ROOT}


def fix(repair: Fix, file: Json) -> Json:
    """What would repair a finding (3.55); text is put in where the region that goes is empty.

    SARIF has no word for how safe a fix is: its description says so.
    """
    told = safe(repair.message) + ("" if repair.safe else " (unsafe)")
    changes = [{"artifactLocation": file, "replacements": [*map(replacement, repair.edits)]}]
    return {"description": {"text": text(told)}, "artifactChanges": changes}


def replacement(edit: Edit) -> Json:
    """One edit of a fix (3.57)."""
    return {"deletedRegion": region(edit.span), "insertedContent": {"text": edit.text}}
