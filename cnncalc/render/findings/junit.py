"""JUnit's XML, which CI servers read: a suite for each file, a test case for each finding.

Source: junit-10.xsd of Jenkins' xUnit plugin, which refuses any other element or attribute: a test case has no line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from cnncalc.render.findings.paths import relative
from cnncalc.render.findings.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.diagnostic import Diagnostic
    from cnncalc.render.findings import Reports

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def document(reports: Reports) -> str:
    """All files. Errors and warnings are failures, infos are cases that passed, and so is a file without findings.

    It is ASCII: other characters are references, and what XML 1.0 forbids is escaped as on a terminal.
    """
    cases = [case for _, found in reports for case in found]
    root = Element("testsuites", {"name": "cnncalc", **counts(cases, sum(not found for _, found in reports))})
    for source, found in reports:
        suite(root, safe(relative(source.name)), found)
    indent(root)
    text: bytes = tostring(root, "us-ascii")
    return HEAD + text.decode("ascii")


def counts(found: Sequence[Diagnostic], passed: int) -> dict[str, str]:
    """How many tests there are: the findings and so many more that passed."""
    failures = sum(finding.severity != "info" for finding in found)
    return {"tests": str(len(found) + passed), "failures": str(failures), "errors": "0"}


def suite(root: Element, file: str, found: Sequence[Diagnostic]) -> None:
    """One file."""
    element = SubElement(root, "testsuite", {"name": file, **counts(found, not found), "file": file})
    for finding in found:
        case(element, file, finding)
    if not found:
        SubElement(element, "testcase", {"name": "cnncalc", "classname": stem(file)})


def case(element: Element, file: str, finding: Diagnostic) -> None:
    """One finding; its place is in its name, since servers take equal names for one test."""
    at = f"line {finding.line}, column {finding.column}"
    name = f"{finding.code.code} {finding.code.name} ({at})"
    test = SubElement(element, "testcase", {"name": name, "classname": stem(file)})
    told = "\n".join(map(safe, filter(None, [f"{at}: {finding.message}", *finding.notes, finding.hint])))
    if finding.severity == "info":
        SubElement(test, "system-out").text = told
    else:
        SubElement(test, "failure", {"message": safe(finding.message), "type": finding.severity}).text = told


def stem(file: str) -> str:
    """A file's path without its ending."""
    return file.removesuffix(".spec")
