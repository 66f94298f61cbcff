"""Fixes: edits of the text, several at once, to a fixed point, and undone where they break or change the network."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_random_graphs import graphs

from cnncalc.api import analyse
from cnncalc.diagnostic import ERROR, WARNING, Code, Diagnostic, Edit, Fix, Span
from cnncalc.lint import edits, engine, fixing
from cnncalc.lint.choice import EVERY, choice
from cnncalc.lint.fixing import apart, edited, fixed, numbers
from cnncalc.lint.study import Study
from cnncalc.source import read

NET = "INPUT: 8x8x3\nCONV1: 4 3x3 relu\nCONV2: 4 3x3 relu\nCONV3: 4 3x3 relu\n"


def again(text):
    return analyse(text, "net", "net.spec")


def made(code: str, span: Span, new: str, safe: bool = True, more: tuple[Edit, ...] = ()) -> Diagnostic:
    """A finding that wants other text at a place; its message is what it wants where."""
    fix = Fix(f"write '{new}'", (Edit(span, new), *more), safe)
    return Diagnostic(Code(code, code.lower(), WARNING, ""), f"{code} at {span.line}: {new}", span, fix=fix)


@pytest.fixture
def rules(monkeypatch):
    """Findings by pattern, in the place of the linter's: (pattern of a row, its replacement, safe), by code."""
    wanted = {}

    def findings(network, asked):
        if asked is fixing.CLAIMS:
            return engine.findings(network, asked)
        return tuple(sorted(found_in(network, wanted), key=lambda finding: finding.span))

    monkeypatch.setattr(fixing, "findings", findings)
    return wanted


def found_in(network, wanted):
    yield from network.findings
    for number, row in enumerate(network.source.rows, 1):
        for code, (pattern, new, safe) in wanted.items():
            for match in re.finditer(pattern, row):
                yield made(code, Span(number, match.start() + 1, number, match.end() + 1), match.expand(new), safe)


def codes(findings):
    return [finding.code.code for finding in findings]


# edits of a text


def rewritten(text: str, *edits: Edit) -> str:
    return edited(text, edits)


@pytest.mark.parametrize(
    ("text", "span", "new", "after"),
    [
        ("abc", (1, 2, 1, 3), "X", "aXc"),
        ("abc", (1, 1, 1, 1), "X", "Xabc"),
        ("abc", (1, 4, 1, 4), "X", "abcX"),
        ("abc\n", (1, 4, 1, 4), "X", "abcX\n"),
        ("abc\r\nd", (1, 4, 1, 4), "X", "abcX\r\nd"),
        ("abc\r\nd", (1, 9, 1, 9), "X", "abcX\r\nd"),
        ("\r\nd\r\n", (1, 1, 1, 1), "X", "X\r\nd\r\n"),
        ("\ufeffabc", (1, 1, 1, 2), "X", "\ufeffXbc"),
        ("\ufeffa\nbc", (2, 1, 2, 2), "X", "\ufeffa\nXc"),
        ("a\nb\nc", (2, 1, 3, 1), "", "a\nc"),
        ("a\r\nb\r\nc", (2, 1, 3, 1), "", "a\r\nc"),
        ("a\nb", (1, 2, 2, 2), "", "a"),
        ("a\r\nb", (1, 2, 2, 2), "", "a"),
        ("a\nb\n", (2, 1, 3, 1), "", "a\n"),
        ("a\nb", (2, 1, 9, 1), "", "a\n"),
        ("a\nb", (2, 1, 2, 2), "c\nd", "a\nc\nd"),
        ("a\r\nb", (2, 1, 2, 2), "c\nd", "a\r\nc\r\nd"),
        ("a", (1, 2, 1, 2), "\nb", "a\nb"),
        ("é\u00d7\tb", (1, 3, 1, 4), " ", "é\u00d7 b"),
        ("", (1, 1, 1, 1), "X", "X"),
    ],
)
def test_an_edit_changes_its_stretch_alone(text, span, new, after):
    assert rewritten(text, Edit(Span(*span), new)) == after


def test_edits_of_a_text_are_counted_in_the_text_as_it_was():
    several = [Edit(Span(2, 1, 2, 2), "yyy"), Edit(Span(1, 1, 1, 1), "x\nx"), Edit(Span(1, 3, 1, 3), "z")]
    assert rewritten("ab\ncd", *several) == "x\nxabz\nyyyd"
    assert rewritten("ab\ncd", *reversed(several)) == "x\nxabz\nyyyd"


@pytest.mark.parametrize(
    ("text", "row", "after"),
    [
        ("CONV1: 4 3x3 pad 1 relu", "CONV1", "CONV1: 4 3x3 pad 1 OPTION relu"),
        ("CONV1: 4 3x3", "CONV1", "CONV1: 4 3x3 OPTION"),
        ("CONV1: 4 3x3   # wide", "CONV1", "CONV1: 4 3x3 OPTION   # wide"),
        ("CONV1: 4 3x3 => 6x6x4", "CONV1", "CONV1: 4 3x3 OPTION => 6x6x4"),
        ("[6x6x4] CONV1: 4 filters 3x3", "CONV1", "[6x6x4] CONV1: 4 filters 3x3 OPTION"),
        ("CONV1: 4 3x3 \\\n pad 1 relu", "CONV1", "CONV1: 4 3x3 \\\n pad 1 OPTION relu"),
        ("CONV1: 4 3x3 \\\n relu", "CONV1", "CONV1: 4 3x3 OPTION \\\n relu"),
        ("CONV1: 4 3x3 relu dropout 0.1", "CONV1.dropout", "CONV1: 4 3x3 relu dropout 0.1 OPTION"),
        ("relu; CONV2: 4\u00a03\u00d73; tanh", "CONV2", "relu; CONV2: 4\u00a03\u00d73 OPTION; tanh"),
        (
            "add\n  - conv 4 3x3 pad 1 bn\n  - conv 4 1x1",
            "conv1",
            "add\n  - conv 4 3x3 pad 1 OPTION bn\n  - conv 4 1x1",
        ),
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_an_option_is_put_behind_the_arguments_of_a_layer(text, row, after, end):
    text, after = (f"INPUT: 8x8x3\n{each}".replace("\n", end or "\n") + end for each in (text, after))
    network = again(text)
    study = Study(network)
    statement, use = study.statement(network[row]), study.use(network[row])
    assert rewritten(text, edits.option(statement, use, "OPTION")) == after


@pytest.mark.parametrize(
    ("text", "rows", "after"),
    [
        ("a\nb\nc", (2, 2), "a\nc"),
        ("a\nb\nc", (1, 2), "c"),
        ("a\nb\nc", (2, 3), "a"),
        ("a\r\nb\r\nc", (3, 3), "a\r\nb"),
        ("a\nb\n", (2, 2), "a\n"),
        ("\ufeffa\nb", (1, 1), "\ufeffb"),
        ("a", (1, 1), ""),
    ],
)
def test_rows_are_taken_out_with_their_ends(text, rows, after):
    assert rewritten(text, edits.rows_removed(read(text), *rows)) == after


ROWS = st.lists(st.text("ab\té\u2028\x0b#\\", max_size=4), min_size=1, max_size=4)


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]), st.data())
def test_places_are_those_of_the_reader(rows, end, mark, data):
    """Every character of every row, by its row and column, and nothing else is changed."""
    text = mark + end.join(rows)
    assert read(text).rows == tuple(rows)
    line = data.draw(st.integers(0, len(rows) - 1))
    begin = data.draw(st.integers(0, len(rows[line])))
    stop = data.draw(st.integers(begin, len(rows[line])))
    after = list(rows)
    after[line] = rows[line][:begin] + "NEW" + rows[line][stop:]
    changed = rewritten(text, Edit(Span(line + 1, begin + 1, line + 1, stop + 1), "NEW"))
    assert changed == mark + end.join(after)


SPANS = st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(0, 3), st.booleans())


@given(st.lists(SPANS, max_size=6))
def test_what_is_done_together_touches_nothing_of_each_other(spans):
    text = "abcdefgh\nabcdefgh\nabcdefgh"
    found = [made(f"T{at}", Span(line, at, line, at + length), "X") for line, at, length, _ in spans]
    chosen = apart(text, found)
    assert chosen[:1] == found[:1]
    places = sorted((f.span[:2], f.span[2:]) for f in chosen)
    for (begin, end), (first, last) in pairwise(places):
        assert end < first or (end == first and begin < end and first < last)
    waiting = [f for f in found if f not in chosen]
    for finding in waiting:
        assert finding not in apart(text, [*chosen, finding])


def test_edits_of_one_fix_are_done_all_or_none():
    both = made("T1", Span(1, 1, 1, 2), "X", more=(Edit(Span(1, 8, 1, 9), "Y"),))
    between, across = made("T2", Span(1, 4, 1, 5), "Z"), made("T3", Span(1, 7, 1, 9), "W")
    assert codes(apart("abcdefghij", [both, between, across])) == ["T1", "T2"]
    assert codes(apart("abcdefghij", [across, both, between])) == ["T3", "T2"]
    twice = made("T4", Span(1, 1, 1, 3), "X", more=(Edit(Span(1, 2, 1, 4), "Y"),))
    assert apart("abcdefghij", [twice]) == []


# passes


def test_all_that_is_apart_is_repaired_in_one_pass(rules):
    rules["T1"] = ("3x3", "3", True)
    read_so_far = []

    def counting(text):
        read_so_far.append(text)
        return again(text)

    done = fixed(NET, counting, EVERY)
    assert done.text == NET.replace("3x3", "3")
    assert codes(done.applied) == ["T1"] * 3 and done.findings == ()
    assert [f.span.line for f in done.applied] == [2, 3, 4]
    assert all(f.fix and f.fix.message == "write '3'" for f in done.applied)
    assert read_so_far == [NET, done.text]
    assert done.network.source.rows == read(done.text).rows


def test_nothing_to_repair_reads_a_text_once(rules):
    rules["T1"] = ("11x11", "11", True)
    done = fixed(NET, again, EVERY)
    assert (done.text, done.applied, done.findings) == (NET, (), ())


def test_a_repair_may_bring_the_next_one(rules):
    rules["T1"] = ("3x3", "(1+2)", True)
    rules["T2"] = (r"\(1\+2\)", "3", True)
    done = fixed(NET, again, EVERY)
    assert done.text == NET.replace("3x3", "3")
    assert codes(done.applied) == ["T1"] * 3 + ["T2"] * 3


def test_edits_that_overlap_wait_for_the_next_pass(rules):
    rules["T1"] = ("4 3x3", "4 (3)", True)
    rules["T2"] = ("3x3 relu", "3 relu", True)
    done = fixed(NET, again, EVERY)
    assert done.text == NET.replace("3x3", "(3)")
    assert codes(done.applied) == ["T1"] * 3


def test_two_that_undo_each_other_come_to_an_end(rules):
    rules["T1"] = ("CONV1: 4 3x3", "CONV1: 4 (3)", True)
    rules["T2"] = (r"CONV1: 4 \(3\)", "CONV1: 4 3x3", True)
    done = fixed(NET, again, EVERY)
    assert done.text == NET.replace("3x3", "(3)", 1)
    assert (codes(done.applied), codes(done.findings)) == (["T1"], ["T2"])


def test_a_repair_without_end_comes_to_an_end(rules):
    rules["T1"] = (r"CONV1: 4 (\(*3\)*) relu", r"CONV1: 4 (\1) relu", True)
    done = fixed("INPUT: 8x8x3\nCONV1: 4 3 relu", again, EVERY)
    assert len(done.applied) == fixing.PASSES
    assert done.text == f"INPUT: 8x8x3\nCONV1: 4 {'(' * fixing.PASSES}3{')' * fixing.PASSES} relu"
    assert codes(done.findings) == ["T1"]


def test_a_repair_that_changes_nothing_is_none(rules):
    rules["T1"] = ("3x3", "3x3", True)
    done = fixed(NET, again, EVERY)
    assert (done.text, done.applied, codes(done.findings)) == (NET, (), ["T1"] * 3)


# undoing


@pytest.mark.parametrize(
    ("pattern", "new", "why"),
    [
        ("CONV2: 4 3x3", "CONV2: 4 9x9", "SHP"),
        ("CONV2: 4 3x3", "CONV2: 4 3x3 strde 2", "SYN"),
        ("CONV2: 4 3x3", "CONV2: 5 3x3", "params"),
        ("CONV2: 4 3x3", "CONV2: 4 3x3 nobias", "biases"),
        ("CONV2: 4 3x3", "CONV2: 4 3x3 frozen", "buffers"),
        ("CONV2: 4 3x3 relu", "CONV2: 4 3x3 tanh", "kind"),
        ("CONV2: 4 3x3 relu", "CONV2: 4 3x3", "row"),
        ("CONV2", "CONVB", "name"),
        ("INPUT: 8x8x3", "INPUT: 9x9x3", "output"),
    ],
)
def test_a_safe_repair_that_does_not_do_what_it_says_is_undone(rules, pattern, new, why):
    rules["T1"] = (f"{pattern}(?= |$)|{pattern}(?=:)", new, True)
    rules["T2"] = ("CONV3: 4 3x3(?= relu)", "CONV3: 4 3", True)
    done = fixed(NET, again, EVERY)
    assert done.text == NET.replace("CONV3: 4 3x3", "CONV3: 4 3")
    assert (codes(done.applied), codes(done.findings)) == (["T2"], ["T1"])


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        ("pad 1$", "pad 1 from INPUT"),
        ("3x3 stride 1 pad 1$", "2x2 stride 1 pad 0:1"),
    ],
)
def test_what_a_layer_reads_and_its_window_are_kept(rules, pattern, new):
    """Shape and work stay what they were; of a pool there are no weights either."""
    rules["T1"] = (pattern, new, True)
    text = "INPUT: 8x8x4\nCONV1: 4 3x3 pad 1 relu\nPOOL1: 3x3 stride 1 pad 1"
    assert again(re.sub(pattern, new, text)).complete
    assert fixed(text, again, EVERY).text == text


def test_names_of_layers_without_one_are_kept_too(rules):
    rules["T1"] = ("^conv 4 1x1$", "A: conv 4 1x1", True)
    text = "INPUT: 8x8x3\nconv 4 1x1\nconv 4 3x3"
    assert fixed(text, again, EVERY).text == text


@pytest.mark.parametrize(
    ("line", "pattern", "new", "kept"),
    [
        ("CONV1: 4 3x3 => 6x6x4", " => 6x6x4", "", True),
        ("CONV1: 4 3x3 => 6x6x4", "=> 6x6x4", "=> 6x6x5", True),
        ("CONV1: 4 3x3 => 6x6x5", "=> 6x6x5", "=> 6x6x4", True),
        ("CONV1: 4 3x3 => 6x6x4", "=> 6x6x4", "=> 6x6x?", False),
        ("CONV1: 4 3x3 => 112 params", "112", "0.11K", False),
        ("CONV1: 4 3x3 => 112 params", "112", "0.12K", True),
        ("expect params = 112", "112", "113", True),
        ("expect params = 112", "112", "112.0", False),
        ("expect params = 112", "expect params = 112", "expect rf = 3", True),
        ("CONV1: 4 3x3 => 6x6x5 # noqa: REF101", " # noqa: REF101", "", True),
    ],
)
def test_claims_that_hold_go_on_holding(rules, line, pattern, new, kept):
    rules["T1"] = (re.escape(pattern), new, True)
    text = f"INPUT: 8x8x3\n{'CONV1: 4 3x3' * line.startswith('expect')}\n{line}"
    assert fixed(text, again, EVERY).text == (text if kept else text.replace(pattern, new))


def test_an_unsafe_repair_may_change_numbers_but_not_break(rules):
    rules["T1"] = ("CONV1: 4 3x3(?= relu)", "CONV1: 4 3x3 nobias", False)
    rules["T2"] = ("CONV2: 4 3x3", "CONV2: 4 9x9", False)
    assert fixed(NET, again, EVERY).text == NET
    done = fixed(NET, again, EVERY, unsafe=True)
    assert done.text == NET.replace("CONV1: 4 3x3", "CONV1: 4 3x3 nobias")
    assert (codes(done.applied), codes(done.findings)) == (["T1"], ["T2"])
    assert done.network.params == again(NET).params - 4


@pytest.mark.parametrize(
    ("claim", "kept"),
    [
        ("=> 112 params", True),
        ("=> 112 params # noqa: REF102", False),
        ("=> 111 params", False),
        ("=> 6x6x4", False),
        ("\nexpect params = 112", True),
        ("\nexpect params <= 112", False),
    ],
)
def test_an_unsafe_repair_breaks_no_claim_that_holds(rules, claim, kept):
    """One that failed before, or is ignored, may fail at another number."""
    rules["T1"] = ("3x3", "3x3 nobias", False)
    text = f"INPUT: 8x8x3\nCONV1: 4 3x3 {claim}"
    assert fixed(text, again, EVERY, unsafe=True).text == (text if kept else text.replace("3x3 ", "3x3 nobias "))


def test_safe_repairs_are_held_to_it_beside_unsafe_ones(rules):
    rules["T1"] = ("CONV1: 4 3x3(?= relu)", "CONV1: 4 3x3 nobias", False)
    rules["T2"] = ("CONV2: 4 3x3(?= relu)", "CONV2: 4 3x3 nobias", True)
    rules["T3"] = ("CONV3: 4 3x3", "CONV3: 4 3", True)
    done = fixed(NET, again, EVERY, unsafe=True)
    assert done.text == NET.replace("CONV1: 4 3x3", "CONV1: 4 3x3 nobias").replace("CONV3: 4 3x3", "CONV3: 4 3")
    assert (codes(done.applied), codes(done.findings)) == (["T3", "T1"], ["T2"])


def test_one_bad_repair_among_many_costs_few_readings(rules):
    text = "INPUT: 8x8x3\n" + "\n".join(f"CONV{i}: 4 3x3 pad 1" for i in range(1, 65))
    rules["T1"] = ("4 3x3 pad 1", "4 3 pad 1", True)
    rules["T2"] = ("^CONV40: 4", "CONV40: 5", True)
    times = []

    def counting(text):
        times.append(text)
        return again(text)

    done = fixed(text, counting, EVERY)
    assert done.text == text.replace("3x3", "3")
    assert (codes(done.applied), codes(done.findings)) == (["T1"] * 64, ["T2"])
    assert len(times) <= 20


@pytest.mark.parametrize("text", ["INPUT: 8x8x3\nCONV1: 4 9x9\nCONV2: 4 3x3", "CONV1: 4 3x3", "INPUT: 8x8x3", "", "{"])
def test_what_is_not_whole_is_left(rules, text):
    rules["T1"] = ("3x3", "3", True)
    done = fixed(text, again, EVERY, unsafe=True)
    assert (done.text, done.applied) == (text, ())


def test_ends_of_lines_and_marks_are_kept(rules):
    rules["T1"] = ("3x3", "3", True)
    text = "\ufeff" + NET.replace("\n", "\r\n").rstrip()
    assert fixed(text, again, EVERY).text == text.replace("3x3", "3")


def test_only_what_is_chosen_is_repaired():
    text = f"{NET}# cnncalc: ignore-file[FIT101]\n"
    assert fixed(text, again, choice(["FIT"]), unsafe=True).text == text


def test_the_findings_left_are_those_of_the_text():
    text = "INPUT: 7x7x1\nCONV1: 1 3x3 stride 3"
    done = fixed(text, again, choice(["FIT"]))
    assert done.findings == engine.findings(again(text), choice(["FIT"]))
    assert codes(done.findings) == ["FIT101"] and done.findings[0].severity != ERROR


# the linter's own fixes


@settings(max_examples=60)
@given(graphs(), st.booleans())
def test_fixes_of_random_networks_come_to_an_end_and_keep_them(graph, unsafe):
    done, before = fixed(graph.text, again, EVERY, unsafe), again(graph.text)
    assert done.network.complete
    assert unsafe or numbers(done.network) == numbers(before)
    assert fixed(done.text, again, EVERY, unsafe).text == done.text
    assert not any(f.fix and (unsafe or f.fix.safe) for f in done.findings)
    assert done.findings == engine.findings(done.network, EVERY)


SAID = ("noqa: FIT101", "cnncalc: ignore[FIT102, FIT101] why", "x; cnncalc: ignore[ALL, FIT103]", "noqa: E501 GPU101")


@settings(max_examples=60)
@given(graphs(), st.lists(st.tuples(st.integers(0, 30), st.sampled_from(SAID)), max_size=6), st.sampled_from(SAID))
def test_removing_what_ignores_nothing_brings_no_finding_up(graph, comments, top):
    rows = graph.text.split("\n")
    for at, comment in comments:
        rows[at % len(rows)] += f" # {comment}"
    text = f"# {top.replace('ignore', 'ignore-file')}\n" + "\n".join(rows)
    done = fixed(text, again, choice(["FIT", "GPU", "SUP101"]))
    assert all(f.code.code == "SUP101" for f in done.applied)
    assert said_beside(done.findings) == said_beside(engine.findings(again(text), choice(["FIT", "GPU", "SUP101"])))
    assert [f for f in done.findings if f.code.code == "SUP101" and f.fix] == []


def said_beside(findings) -> list[tuple[str, str]]:
    """What is told of the network itself."""
    return [(f.code.code, f.message) for f in findings if f.code.code != "SUP101"]
