"""The commands, as typed: what they print where, and how they end."""

import json
import os
import re
import subprocess
import sys

import pytest

SMALL = "# A small net\n# source: nobody\nINPUT: 32x32x3\nCONV1: 10 5x5 pad 2 relu => 32x32x10, 760 params\nFC2: 4\n"


@pytest.fixture
def small(tmp_path):
    """A spec without findings in the folder commands run in."""
    path = tmp_path / "small.spec"
    path.write_text(SMALL)
    return "small.spec"


@pytest.fixture
def broken(tmp_path):
    """A spec with an error in its second of three layers."""
    path = tmp_path / "broken.spec"
    path.write_text("INPUT: 8x8x3\nA: conv 4 3x3\nB: conv 4 9x9\nC: fc 10\n")
    return "broken.spec"


def test_show(run, small, golden):
    status, out, err = run("show", small)
    assert (status, err) == (0, "")
    golden("show-small.txt", out)


def test_show_after_an_error(run, broken, golden):
    status, out, err = run("show", broken)
    assert status == 1
    golden("show-broken.txt", out + "--- stderr\n" + err)


def test_claims_of_a_range_are_counted_layer_by_layer(run, tmp_path):
    (tmp_path / "range.spec").write_text("INPUT: 32x32x3\nCONV2..4: 8 3x3 => 30x30x8\n")
    status, out, err = run("show", "range.spec")
    assert status == 1
    assert "claims 1 of 3 hold" in out
    assert "the same place says so of 1 more layer" in err
    assert "help: its layers give 30x30x8, 28x28x8, 26x26x8: claim each on a line of its own" in err


def test_expectations_are_not_held_where_nothing_is_known(run, tmp_path):
    (tmp_path / "none.spec").write_text("INPUT: 8x8x3\nconv 4 3 foo\nexpect macs = 12\n")
    assert "hold" not in run("show", "none.spec").out


def test_the_footer_names_the_spec_as_typed(run, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "stem.spec").write_text("INPUT: 224x224x3\nconv 8 7x7 stride 2 pad 3\n")
    assert "cnncalc lint --severity info a/stem.spec" in run("show", "a/stem.spec").out


def test_lint_takes_another_input(run):
    status, out, _ = run("lint", "alexnet", "--input", "224x224x3", "--output-format", "concise")
    assert (status, "FIT101" in out) == (1, True)


def test_explain_of_the_input(run):
    status, _, err = run("explain", "alexnet", "INPUT")
    assert status == 2
    assert "INPUT is the input, 227x227x3: there is nothing to work out; name a layer" in err


def test_show_several_is_a_line_each(run, small, golden):
    status, out, _ = run("show", small, "alexnet")
    assert status == 0
    golden("show-several.txt", out)
    assert len(out.splitlines()) == 3


def test_show_csv_has_plain_numbers(run, small):
    status, out, _ = run("show", small, "--format", "csv", "--columns", "layer,output,params,macs")
    assert status == 0
    assert out == ("layer,output,params,macs\nCONV1,32x32x10,760,768000\nCONV1.relu,32x32x10,0,0\nFC2,4,40964,40960\n")


def test_show_markdown(run, small):
    _, out, _ = run("show", small, "--format", "markdown", "--columns", "layer,output,params")
    assert out == (
        "| layer | output | params |\n| :-- | --: | --: |\n| CONV1 | 32x32x10 | 760 |\n"
        "| CONV1.relu | 32x32x10 |  |\n| FC2 | 4 | 40,964 |\n| **total** |  | **41,724** |\n"
    )


def test_cells_of_vectors_and_rectangles(run, tmp_path):
    (tmp_path / "v.spec").write_text("INPUT: 784\nrelu\nfc 10\n")
    _, out, _ = run("show", "v.spec", "--format", "csv", "--columns", "layer,window,rf,jump")
    assert out == "layer,window,rf,jump\nrelu1,,,\nfc1,whole,whole,whole\n"
    (tmp_path / "r.spec").write_text("INPUT: 20x10x3\nconv 4 3x5 stride 2x1 pad 0:1x2 dilation 2x1\n")
    _, out, _ = run("show", "r.spec", "--format", "csv", "--columns", "kernel,stride,pad,dilation,rf,start,window")
    assert out.splitlines()[1] == ("3w x 5h,2w x 1h,0:1w x 2h,2w x 1h,5,0w x -2h,3w x 5h/2w x 1h/0:1w x 2h")


def test_axes_change_what_is_shown_only(run, tmp_path):
    (tmp_path / "wide.spec").write_text("INPUT: 20x10x3\nconv 5 1x3\n")
    _, usual, _ = run("show", "wide.spec", "--columns", "layer,output,kernel")
    _, turned, _ = run("show", "wide.spec", "--columns", "layer,output,kernel", "--axes", "CxHxW")
    assert "conv1  20x8x5  1w x 3h" in usual
    assert "conv1  5x8x20  3h x 1w" in turned


def test_stdin(run):
    status, out, _ = run("show", "-", "--format", "json", stdin=SMALL.encode())
    assert status == 0
    assert json.loads(out)["name"] == "stdin"


def test_set_and_input(run):
    _, out, _ = run("show", "alphago", "--set", "k=128", "--format", "json")
    assert json.loads(out)["totals"]["params"] == 1_777_641
    status, out, _ = run("show", "alexnet", "--input", "259x259x3")
    assert status == 0
    assert "57x57x96" in out.replace("63x63x96", "57x57x96")
    assert "claims of the file as written are not held under --input" in out


def test_claims_that_are_computed_are_held_under_set(run):
    status, out, _ = run("show", "alphago", "--set", "k=128")
    assert status == 0
    assert "claims 14 of 14 hold" in out or "hold" in out
    assert "are not held under --set" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show",), "which network? Type a zoo name (cnncalc show alexnet) or a file (cnncalc show my.spec)"),
        (("lint",), "which spec? Type a file (cnncalc lint my.spec), a folder, or a zoo name (cnncalc lint alexnet)"),
        (("build",), "which network? Type cnncalc build alexnet --to-torch -o alexnet.py"),
        (("explain",), "what? Type cnncalc explain alexnet CONV1, or --input 227x227x3 '96 11x11 stride 4'"),
        (("show", "alexnt"), "no file 'alexnt', and no such name in the zoo; did you mean 'alexnet'?"),
        (("show", "no/such.spec"), "no file 'no/such.spec', and no such name in the zoo; cnncalc zoo lists the specs"),
        (("show", "."), ". is a folder; name a file in it, or lint the folder: cnncalc lint ."),
        (("lint", "."), ". holds no .spec file"),
        (("show", "alexnet", "--format", "xml"), "--format takes table, json, csv, markdown, not 'xml'"),
        (
            ("show", "alexnet", "--columns", "layer,size"),
            "--columns: no column 'size'; there are layer, kind, head, output",
        ),
        (("show", "alexnet", "--axes", "HxW"), "--axes takes WxHxC, CxHxW, HxWxC, CxWxH, not 'HxW'"),
        (("show", "alexnet", "--color", "red"), "--color takes auto, always or never, not 'red'"),
        (("show", "alexnet", "--set", "k=3"), "no constant 'k' to set; the file has none"),
        (("show", "alphago", "--set", "q=3"), "no constant 'q' to set; the file has k"),
        (("show", "alphago", "--set", "k"), "--set takes name=value, not 'k'"),
        (("show", "alphago", "--set", "k=1/0"), "k=1/0: division by zero"),
        (("show", "alexnet", "--input", "big"), "input 'big' is no shape"),
        (("show", "alexnet", "--limit", "depth=3"), "--limit knows bytes, columns, lines, layers, nesting, digits"),
        (("show", "alexnet", "--limit", "layers=x"), "--limit layers takes a number, not 'x'"),
        (
            ("show", "alexnet", "vgg16", "--columns", "layer"),
            "--columns chooses those of one network; name one, or leave",
        ),
        (("show", "alexnet", "vgg16", "--format", "csv"), "--format csv shows one network; name one, or take table"),
        (("explain", "alexnet", "CONV9"), "alexnet has no layer 'CONV9'; did you mean 'CONV"),
        (("explain", "96 11x11"), "'96 11x11' is a line: give its input as well, --input 227x227x3"),
        (("rule", "XYZ999"), "no rule is called 'XYZ999'; cnncalc rule lists the codes"),
        (("lint", "alexnet", "--select", "NIX"), "no rule is called 'NIX'"),
        (
            ("lint", "alexnet", "--output-format", "sarf"),
            "--output-format takes full, concise, json, github, junit or sarif, not 'sarf'",
        ),
        (("lint", "alexnet", "--severity", "bad"), "--severity takes error, warning or info, not 'bad'"),
        (("zoo", "--format", "xml"), "--format takes table, json, not 'xml'"),
    ],
)
def test_wrong_use_ends_in_one_sentence(run, arguments, message):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert f"cnncalc: {message}" in err
    assert len([line for line in err.splitlines() if "taken from the zoo" not in line]) == 1


def test_unknown_options_and_commands_are_wrong_use(run):
    for arguments in (("show", "alexnet", "--nix"), ("nix",)):
        status, out, err = run(*arguments)
        assert (status, out) == (2, "")
        assert "nix" in err


def test_a_failed_claim_is_an_error_and_the_output_is_still_there(run, tmp_path):
    (tmp_path / "claim.spec").write_text("INPUT: 8x8x3\nA: conv 4 3x3 => 8x8x4\n")
    status, out, err = run("show", "claim.spec")
    assert status == 1
    assert "claims 0 of 1 hold" in out
    assert "error[REF101 wrong-shape]" in err
    status, _, err = run("build", "claim.spec", "-o", "claim.py")
    assert status == 1
    assert "class Claim" in (tmp_path / "claim.py").read_text()


def test_bytes_that_are_not_utf8(run, tmp_path):
    (tmp_path / "latin.spec").write_bytes(b"INPUT: 8x8x3\nconv 4 3x3 # \xe9\n")
    status, _, err = run("show", "latin.spec")
    assert status == 1
    assert "error[SYN101 unreadable-text]: byte 0xe9 is not UTF-8; save the file as UTF-8" in err
    assert "latin.spec:2:14" in err


def test_build_writes_to_stdout_or_a_file(run, small, tmp_path):
    status, out, err = run("build", small)
    assert (status, err) == (0, "")
    (tmp_path / "net.py").write_text("old")
    status, nothing, err = run("build", small, "--to-torch", "-o", "net.py")
    assert (status, nothing, err) == (0, "", "cnncalc: wrote net.py\n")
    assert (tmp_path / "net.py").read_text() == out


def test_a_broken_spec_leaves_the_old_output_alone(run, broken, tmp_path):
    (tmp_path / "net.py").write_text("old")
    status, out, err = run("build", broken, "-o", "net.py")
    assert (status, out) == (1, "")
    assert "SHP101" in err
    assert (tmp_path / "net.py").read_text() == "old"


def test_build_where_nothing_can_be_written(run, small):
    status, _, err = run("build", small, "-o", "no/such/folder.py")
    assert status == 2
    assert err == "cnncalc: no/such/folder.py: No such file or directory\n"


def test_verify_says_what_it_held(run, small):
    status, _, err = run("build", small, "--verify", "-o", "net.py")
    assert status == 0
    assert "cnncalc: verified: 3 rows, 41,724 params and 808,960 MACs are the module's own" in err
    assert "verified: 1 row, 0 params" in run("build", "-", "--verify", stdin=b"INPUT: 4x4x1\nrelu\n").err


def test_verify_without_torch(small, tmp_path):
    code = "import sys; sys.modules['torch'] = None; from cnncalc.cli import main; main()"
    command = [sys.executable, "-c", code, "build", small, "--verify"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "cnncalc: --verify needs PyTorch: pip install 'cnncalc[torch]'\n"


def test_explain_one_line(run, golden):
    status, out, err = run("explain", "--input", "227x227x3", "96 11x11 stride 4 pad 0")
    assert (status, err) == (0, "")
    assert "(227 + 2*0 - 11)/4 + 1 = 55" in out
    golden("explain-line.txt", out)


def test_explain_layers(run, golden):
    status, out, _ = run("explain", "alexnet", "CONV1")
    assert status == 0
    golden("explain-alexnet-conv1.txt", out)
    _, out, _ = run("explain", "vgg16")
    assert out.count("(224 + 2*1 - 3)/1 + 1 = 224") == 2
    assert "(7*7*512 + 1)*4096 = 102,764,544" in out.replace("(25088 + 1)", "(7*7*512 + 1)")


LENET5 = """\
INPUT: 32x32x1
C1: conv 6 5x5
S2: subsample 2x2
C3: conv 16 5x5 connect 0,1,2 1,2,3 2,3,4 3,4,5 0,4,5 0,1,5 0,1,2,3 1,2,3,4 2,3,4,5 0,3,4,5 0,1,4,5 0,1,2,5 0,1,3,4 \\
  1,2,4,5 0,2,3,5 0,1,2,3,4,5
S4: subsample 2x2
C5: conv 120 5x5
fc 84
rbf 10
"""


def test_explain_counts_the_connections_of_the_paper(run, tmp_path):
    """LeCun et al. 1998, section II.B: 122,304, 5,880, 151,600, 2,000, 48,120 and 10,164; in all 340,908."""
    (tmp_path / "lenet.spec").write_text(LENET5)
    status, out, err = run("explain", "lenet.spec")
    assert (status, err) == (0, "")
    said = [line.split(maxsplit=1)[1] for line in out.splitlines() if line.startswith("  connections")]
    assert said == [
        "28*28*6 outputs * (5*5*1 + 1) = 122,304",
        "14*14*6 outputs * (2*2 + 1) = 5,880",
        "10*10 positions * (1,500 + 16) = 151,600",
        "5*5*16 outputs * (2*2 + 1) = 2,000",
        "1*1*120 outputs * (5*5*16 + 1) = 48,120",
        "84 outputs * (120 + 1) = 10,164",
        "10 outputs * 84 = 840",
    ]
    assert "6*(5*5*3 + 1) + 9*(5*5*4 + 1) + (5*5*6 + 1) = 1,516" in out
    assert out.endswith("\nconnections, biases among them: 340,908\n")
    assert "connections, biases among them" not in run("explain", "lenet.spec", "C1").out


@pytest.mark.parametrize(
    ("line", "window", "said"),
    [
        (
            "deconv 8 4x4 stride 2 pad 1",
            "4x4/2/1",
            ("(9 - 1)*2 - 2*1 + 4 = 18", "9*7*3 inputs * 4*4*8 + 18*14*8 biases"),
        ),
        ("deconv 8 3 stride 2 pad 1 outpad 1", "3x3/2/1+1", ("(9 - 1)*2 - 2*1 + 3 + 1 = 18",)),
        ("deconv 8 3 stride 2 pad same", "3x3/2/0:1", ("(9 - 1)*2 - 0 - 1 + 3 = 18", "1 + (ceil(3/2) - 1)*1 = 2")),
        ("upsample 2x3", "times 2w x 3h", ("9*2 = 18", "7*3 = 21", "width 1/2 = 1/2; height 1/3 = 1/3")),
        ("upsample 2; conv 1 3x3", "times 2", ("1 + (3 - 1)*(1/2) = 2",)),
        ("adaptive avgpool 3x4", "to 3x4", ("3, as asked for", "height 1*(7/4) = 7/4")),
        ("crop 1:2x2", "cut 1:2w x 2h", ("9 - 1 - 2 = 6", "width 0 + 1*1 = 1; height 0 + 2*1 = 2")),
        ("crop 0:2x1:0", "cut 0:2w x 1:0h", ("9 - 0 - 2 = 7", "7 - 1 - 0 = 6")),
        ("zeropad 1", "pad 1", ("9 + 1 + 1 = 11", "0 - 1*1 = -1")),
        ("lppool 3x3 stride 2", "3x3/2/0", ("(9 + 2*0 - 3)/2 + 1 = 4",)),
        ("subsample 2", "2x2/2/0", ("2*3 = 6", "4*3*3 outputs * (2*2 + 1) = 180")),
        ("global maxpool", "whole", ("the whole input",)),
    ],
)
def test_every_way_a_window_moves_is_shown_and_explained(run, tmp_path, line, window, said):
    (tmp_path / "one.spec").write_text(f"INPUT: 9x7x3\n{line}\n")
    shown = run("show", "one.spec", "--format", "csv", "--columns", "window").out
    assert shown.splitlines()[1] == window
    explained = run("explain", "one.spec").out
    for text in said:
        assert text in explained, explained
    assert "- -" not in explained


def test_explain_shows_the_whole_statement_of_a_layer(run, tmp_path):
    text = "INPUT: 9x7x3\nconv 4 1x1  relu; [5x5x4] CUT: crop 2x1 (a remark; aside); Global  Max Pool\n"
    (tmp_path / "one.spec").write_text(text)
    titles = [line for line in run("explain", "one.spec").out.splitlines() if "line 2: " in line]
    assert titles == [
        "conv1  (conv, line 2: conv 4 1x1 relu)",
        "conv1.relu  (relu, line 2: conv 4 1x1 relu)",
        "CUT  (crop, line 2: [5x5x4] CUT: crop 2x1 (a remark; aside))",
        "global_maxpool1  (global maxpool, line 2: Global Max Pool)",
    ]


def test_explain_of_a_layer_tells_what_is_wrong_with_it_alone(run):
    _, _, err = run("explain", "alexnet", "CONV1", "--input", "224x224x3")
    assert "CONV1: (224 + 2*0 - 11)/4 + 1 = 54.25" in err
    assert "POOL" not in err


def test_lint_formats(run, tmp_path, golden):
    (tmp_path / "fit.spec").write_text("INPUT: 224x224x3\nCONV1: 96 11x11 stride 4 => 55x55x96\n")
    for name in ("full", "concise", "github"):
        status, out, err = run("lint", "fit.spec", "--output-format", name)
        assert (status, err) == (1, "1 spec: 1 error, 1 warning\n" * (name == "concise"))
        golden(f"lint-{name}.txt", out)
    status, out, _ = run("lint", "fit.spec", "--output-format", "json")
    assert status == 1
    assert [d["code"] for d in json.loads(out)] == ["FIT101", "REF101"]


def test_lint_select_ignore_severity(run):
    status, out, _ = run("lint", "alexnet-torchvision", "--select", "FIT102")
    assert (status, "1 info" in out) == (0, True)
    status, out, _ = run("lint", "alexnet-torchvision", "--severity", "info", "--output-format", "concise")
    assert (status, "FIT102" in out) == (0, True)
    _, out, _ = run("lint", "alexnet-torchvision", "--severity", "info", "--select", "FIT102", "--ignore", "FIT102")
    assert out == "1 spec: no findings\n"


def test_lint_a_folder(run, tmp_path, small):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.spec").write_text("INPUT: 8x8x3\nconv 4 9x9\n")
    status, out, _ = run("lint", ".")
    assert status == 1
    assert "2 specs: 1 error" in out


def test_lint_stdin_under_a_name(run):
    _, out, _ = run("lint", "-", "--stdin-filename", "net.spec", "--output-format", "concise", stdin=b"conv 3")
    assert out.startswith("net.spec:1:1: ")


def test_zoo(run):
    status, out, _ = run("zoo")
    assert status == 0
    assert "alexnet  " in out and "62,378,344" in out and "1,135,256,096" in out
    listed = json.loads(run("zoo", "--format", "json").out)
    assert [set(row) for row in listed[:1]] == [{"name", "title", "source", "params", "macs"}]
    assert [row["params"] for row in listed if row["name"] == "vgg16"] == [138_357_544]


@pytest.mark.parametrize(("width", "heading"), [(400, "source"), (120, "title"), (80, "title"), (60, "title")])
def test_zoo_is_no_wider_than_its_screen(width, heading):
    from cnncalc import load
    from cnncalc.render import people

    lines = people.zoo([load(name) for name in ("alexnet-torchvision", "vgg16", "dcgan")], width)
    assert max(map(len, lines)) <= width
    assert lines[0].split()[-1] == heading
    assert lines[0].split()[:2] == ["name", "title" if width <= 80 else "params"]
    assert (len(lines) > 5) == (width == 60)
    notes = {400: [], 120: ["source"]}.get(width, ["params, MACs, source"])
    wanted = [f"not shown, for want of width: {note} (a pipe shows all)" for note in notes]
    said = " ".join(" ".join(lines).split())
    assert all(said.endswith(note) for note in wanted)
    assert ("want of" in said) == bool(wanted)


def test_zoo_names_with_and_without_their_ending_and_files_first(run, tmp_path):
    assert run("show", "alexnet.spec").out == run("show", "alexnet").out
    (tmp_path / "alexnet").write_text(SMALL)
    status, out, err = run("show", "alexnet")
    assert (status, err) == (0, "")
    assert "A small net" in out


def test_rule(run):
    status, out, _ = run("rule", "stride-drops-pixels")
    assert status == 0
    assert out == run("rule", "FIT101").out == run("rule", "fit101").out
    assert "## Use instead" in out
    everything = run("rule", "--all").out
    for code in (line.split()[0] for line in run("rule").out.splitlines() if line.startswith("  ")):
        assert f"\n{code} " in "\n" + everything


def test_version(run):
    import cnncalc

    assert run("--version").out == f"cnncalc {cnncalc.__version__}\n"


def test_nothing_from_a_spec_steers_the_terminal(run, tmp_path):
    (tmp_path / "esc.spec").write_text("# \x1b[2Jtitle\nINPUT: 8x8x3\nconv 4 3x3 # \x1b]0;x\x07\n")
    for command in ("show", "lint", "explain", "build"):
        _, out, err = run(command, "esc.spec")
        assert not any(ord(c) < 32 and c != "\n" for c in out + err), command


def terminal(arguments: str, columns: int, **environment: str) -> str:
    """What a command draws on a terminal of so many columns."""
    import fcntl
    import pty
    import struct
    import termios

    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")}
    command = [sys.executable, "-m", "cnncalc", *arguments.split()]
    process = subprocess.Popen(command, stdout=other, stderr=other, env={**env, "TERM": "xterm", **environment})
    os.close(other)
    parts = []
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    process.wait()
    os.close(main)
    return b"".join(parts).decode().replace("\r\n", "\n")


def test_a_narrow_terminal_drops_columns_and_says_so():
    out = terminal("show alexnet", 60)
    assert "not shown, for want of width: " in out
    assert "227x227x3" in out and "13x13x384" in out
    assert "\x1b[" in out
    rows = [line for line in out.splitlines() if line.startswith(("CONV", "POOL"))]
    assert rows and all(len(line) <= 60 for line in rows)


def test_a_narrow_terminal_breaks_the_prose_of_a_page(run):
    drawn = terminal("rule FIT101", 50, NO_COLOR="1")
    assert "Finds windows whose stride does not fit: (W - F +\n2P)/S + 1 is not whole," in drawn
    assert max(map(len, drawn.splitlines())) <= 50
    assert terminal("rule FIT101", 120, NO_COLOR="1") == run("rule", "FIT101")[1]


@pytest.mark.parametrize("command", ["lint", "show"])
def test_a_narrow_terminal_breaks_findings_between_words(command, tmp_path):
    (tmp_path / "small.spec").write_text("INPUT: 7x7x1\nCONV1: 1 3x3 stride 3 => 3x3x1\n")
    drawn = re.sub("\x1b\\[[0-9;]*m", "", terminal(f"{command} {tmp_path / 'small.spec'}", 50))
    assert (
        "error[REF101 wrong-shape]: CONV1 claims 3x3x1, the\n"
        "    arithmetic gives 2x2x1: (7 + 2*0 - 3)/3 + 1 =\n"
        "    2.33, rounded down to 2\n"
    ) in drawn


def test_colour_is_for_terminals_that_want_it():
    assert "\x1b[" not in terminal("show alexnet", 200, NO_COLOR="1")
    assert "\x1b[" not in terminal("show alexnet --color never", 200)
    env = {**os.environ, "FORCE_COLOR": "1"}
    env.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "cnncalc", "show", "alexnet"]
    assert "\x1b[" in subprocess.run(command, capture_output=True, text=True, env=env).stdout
    env.pop("FORCE_COLOR")
    assert "\x1b[" not in subprocess.run(command, capture_output=True, text=True, env=env).stdout


def test_a_full_disk_and_a_closed_pipe_end_without_a_traceback():
    command = f"{sys.executable} -m cnncalc show vgg16"
    full = subprocess.run(["bash", "-c", f"{command} > /dev/full"], capture_output=True, text=True)
    assert full.returncode == 2
    assert full.stderr.splitlines()[-1] == "cnncalc: output: No space left on device"
    closed = subprocess.run(["bash", "-c", f"{command} --format json | true"], capture_output=True, text=True)
    assert "Traceback" not in closed.stderr and "Exception" not in closed.stderr


def test_a_terminal_that_knows_only_ascii(tmp_path):
    (tmp_path / "é.spec").write_text("# Réseau\nINPUT: 8x8x3\nconv 4 9x9 # é\n", encoding="utf-8")
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    for command in ("show", "lint", "build", "explain"):
        done = subprocess.run(
            [sys.executable, "-m", "cnncalc", command, "é.spec"], cwd=tmp_path, env=env, capture_output=True
        )
        assert done.returncode == 1
        assert b"internal" not in done.stderr


def test_completion_knows_zoo_names_and_rules():
    from cnncalc.cli import complete
    from cnncalc.cli.rule import complete_rule

    assert complete.specs("alexnet") == ["alexnet", "alexnet-paper", "alexnet-torchvision"]
    assert {"FIT101", "FIT102", "FIT103"} < set(complete_rule("FIT"))
    assert complete_rule("stride-d") == ["stride-drops-pixels", "stride-drops-padding"]


def test_lint_goes_on_behind_a_file_it_cannot_read(run, tmp_path):
    (tmp_path / "one.spec").write_text("INPUT: 10x10x1\nmaxpool 3 stride 2")
    status, out, err = run("lint", "missing.spec", "one.spec", "other.spec", "--output-format", "concise")
    assert status == 2
    assert out.startswith("one.spec:2:1: FIT101 ")
    assert [line.partition(";")[0] for line in err.splitlines()] == [
        "cnncalc: no file 'missing.spec', and no such name in the zoo",
        "cnncalc: no file 'other.spec', and no such name in the zoo",
        "1 spec: 1 warning",
    ]


def test_lint_of_nothing_that_can_be_read_shows_no_count(run):
    status, out, err = run("lint", "missing.spec")
    assert (status, out) == (2, "")
    assert "no file 'missing.spec'" in err
