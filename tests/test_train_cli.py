"""`cnncalc train` and `build --train`: what they write and where, what they refuse, and how a run starts and ends."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from scripts import emitted
from scripts import run as run_script

import cnncalc
from cnncalc.cli import train
from cnncalc.emit.training.offered import offers

TINY = """\
# A tiny network
c = 4
INPUT: 8x8x1
CONV1: c 3x3 pad 1 relu
POOL1: maxpool 2x2
FC2: 3
train: batch 20, sgd momentum 0.9, lr 0.1, epochs 3
"""
FAULTY = TINY.replace("sgd", "sdg")
UNTRUE = TINY.replace("pad 1 relu", "pad 1 relu => 9x9x4")
ERRONEOUS = TINY.replace("maxpool 2x2", "maxpool 20x20")


class Started:
    """Stands for the processes of a run: what each was started with; all end at once with one status."""

    def __init__(self) -> None:
        self.status, self.commands, self.places = 0, [], []

    def __call__(self, command, env):
        self.commands.append(command)
        self.places.append(env)
        return self

    @property
    def options(self):
        """What the script was given, but for the folder of the run."""
        return self.commands[-1][4:]

    @property
    def folder(self):
        """The folder of the run that was started last."""
        return self.commands[-1][3]

    def poll(self):
        return self.status

    def kill(self):
        pass

    wait = terminate = kill


@pytest.fixture
def started(monkeypatch):
    """Runs that are started without being run."""
    started = Started()
    monkeypatch.setattr(subprocess, "Popen", started)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    return started


@pytest.fixture
def tiny(tmp_path):
    """A spec in the folder that commands are run from."""
    (tmp_path / "tiny.spec").write_text(TINY)
    return tmp_path


def files(folder: Path) -> list[str]:
    """The names of all files below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def texts(network: cnncalc.Network) -> tuple[str, str]:
    """The module and the script of a network."""
    return network.torch_source(), network.training_source()


# what a run is given


def test_a_run_gets_module_script_and_spec_in_a_folder_of_its_own(run, tiny, started):
    done = run("train", "tiny.spec")
    assert (done.status, done.out) == (0, "")
    assert done.err == "cnncalc: wrote model.py, train.py and tiny.spec in runs/tiny\n"
    folder = tiny / "runs" / "tiny"
    assert files(folder) == ["model.py", "tiny.spec", "train.py"]
    assert ((folder / "model.py").read_text(), (folder / "train.py").read_text()) == texts(
        cnncalc.load(tiny / "tiny.spec")
    )
    assert (folder / "tiny.spec").read_text() == TINY
    assert started.commands == [[sys.executable, "runs/tiny/train.py", "--out", "runs/tiny"]]
    assert {"RANK", "WORLD_SIZE", "OMP_NUM_THREADS"}.isdisjoint(started.places[0])


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        ("tiny.spec --epochs 3 --lr 0.5", ["--epochs=3", "--lr=0.5"]),
        ("--epochs 3 tiny.spec --lr=0.5", ["--epochs=3", "--lr=0.5"]),
        ("--epochs 3 --compile -- tiny.spec", ["--epochs=3", "--compile"]),
        ("tiny.spec --epochs 3 --epochs 4 --data --out", ["--data=--out", "--epochs=4"]),
        ("tiny.spec --resume", ["--resume"]),
        ("tiny.spec --seed -1", ["--seed=-1"]),
        ("tiny.spec --data=", ["--data="]),
        ("tiny.spec -- --mine 3", ["--mine", "3"]),
        ("tiny.spec", []),
    ],
)
def test_options_stand_in_any_order_and_go_to_the_script(run, tiny, started, typed, options):
    assert run("train", *typed.split()).status == 0
    assert sorted(started.options) == sorted(options)


@pytest.fixture
def theirs(tmp_path, capfd):
    """The options that the help of a script lists."""
    done = run_script(emitted(tmp_path, TINY), capfd, "--help")
    assert done.status == 0
    return set(re.findall(r"(?m)^  (?:-h, )?(--[a-z-]+)", done.out))


def test_the_help_lists_the_options_of_the_script(theirs, monkeypatch, capfd):
    from cnncalc.cli import run

    assert theirs >= {"--data", "--epochs", "--batch", "--channels-last", "--precision"}
    monkeypatch.setattr(sys, "argv", ["cnncalc", "train", "--help"])
    with pytest.raises(SystemExit):
        run()
    said = capfd.readouterr().out
    listed = re.findall(r"(?m)^  (?:-o, )?(--[a-z-]+)", said.split("Options:")[1])
    assert sorted(listed) == sorted({"--processes", "--set", "--input", "--limit", "--color", "--help"} | theirs)
    flat = " ".join(said.split())
    for offer in offers():
        if offer.name not in ("--out", "--resume"):
            assert f"{offer.name}{'' if offer.flag else ' ' + offer.metavar}" in flat
            assert offer.told[1:] in flat and len(offer.told) > 10


def test_what_the_script_chooses_from_is_what_the_help_says(tmp_path, capfd):
    script = emitted(tmp_path, TINY)
    for offer in offers():
        wrong = [offer.name] if offer.flag else [offer.name, "nonsense"]
        if offer.choices:
            said = run_script(script, capfd, *wrong).err
            assert all(choice in said.split("choose from")[1] for choice in offer.choices)
    assert {offer.name for offer in offers() if offer.flag} >= {"--resume", "--compile", "--channels-last"}


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tra", ["train"]),
        ("train alexnet-", ["alexnet-paper", "alexnet-torchvision"]),
        ("train lenet5 --precision ", ["auto", "fp32", "tf32", "bf16", "fp16"]),
        ("train --fit r", ["resize"]),
        ("train lenet5 --ep", ["--epochs"]),
        ("build lenet5 --tr", ["--train"]),
    ],
)
def test_the_shell_completes_networks_options_and_their_words(tmp_path, typed, offered):
    words = ["cnncalc", *typed.split(" ")]
    place = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1), "_CNNCALC_COMPLETE": "complete_bash"}
    program = Path(sys.executable).parent / "cnncalc"
    done = subprocess.run([program], env={**os.environ, **place}, cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout.split(), done.stderr) == (offered, "")


def test_torch_is_not_imported_to_start_a_run(tiny):
    code = "import sys; from cnncalc.cli import train; train.run = lambda *_: 1 + ('torch' in sys.modules)"
    code += "; sys.argv = ['cnncalc', 'train', 'tiny.spec']; from cnncalc.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tiny, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_constants_and_the_input_of_a_run_are_noted_in_its_spec(run, tiny, started):
    assert run("train", "tiny.spec", "--set", "c=8", "--input", "16x16x1").status == 0
    copy = (tiny / "runs" / "tiny" / "tiny.spec").read_text()
    assert copy == f"{TINY}# read with --set c=8 --input 16x16x1\n"
    changed = cnncalc.load(tiny / "tiny.spec", set={"c": 8}, input="16x16x1")
    assert (tiny / "runs" / "tiny" / "model.py").read_text() == changed.torch_source()


def test_a_spec_may_come_from_stdin_another_folder_or_the_zoo(run, tiny, started):
    assert run("train", "-", stdin=TINY.encode()).status == 0
    assert files(tiny / "runs") == ["stdin/model.py", "stdin/stdin.spec", "stdin/train.py"]
    (tiny / "far" / "off").mkdir(parents=True)
    (tiny / "far" / "off" / "tiny.spec").write_text(TINY)
    assert run("train", "far/off/tiny.spec", "--out", "mine").status == 0
    assert files(tiny / "mine") == ["model.py", "tiny.spec", "train.py"]
    assert "'lenet5' is taken from the zoo" in run("train", "lenet5").err
    assert started.folder == "runs/lenet5"


# folders


def test_runs_are_numbered_and_the_last_goes_on(run, tiny, started):
    for name in ("tiny", "tiny-2", "tiny-3"):
        assert run("train", "tiny.spec").status == 0
        assert started.folder == f"runs/{name}"
    assert run("train", "tiny.spec", "--resume").err == ""
    assert started.folder == "runs/tiny-3"
    for path in (tiny / "runs" / "tiny", tiny / "runs" / "tiny-3"):
        path.rename(path.with_name(f"kept-{path.name}"))
    assert run("train", "tiny.spec", "--resume").status == 0
    assert started.folder == "runs/tiny-2"
    assert run("train", "tiny.spec").status == 0
    assert started.folder == "runs/tiny-3"


def test_the_ninth_and_the_tenth_run_are_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("net", "net-9", "net-10", "net-x", "net-010", "network", "net-2"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    (tmp_path / "runs" / "net-9" / "net.spec").touch()
    assert train.fresh("net") == "runs/net-11" and (tmp_path / "runs" / "net-11").is_dir()
    assert train.latest("net") == "runs/net-9"
    assert train.latest("net-2") == ""


def test_runs_that_begin_at_the_same_time_have_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(train.fresh, ["net"] * 40))
    assert sorted(folders) == sorted(["runs/net", *(f"runs/net-{number}" for number in range(2, 41))])


def test_a_network_whose_name_ends_in_a_number_is_no_run_of_another(run, tiny, started):
    (tiny / "tiny-2.spec").write_text(TINY)
    assert run("train", "tiny.spec").status == run("train", "tiny-2.spec").status == 0
    assert run("train", "tiny.spec", "--resume").status == 0
    assert started.folder == "runs/tiny"


def test_a_folder_that_holds_a_run_is_not_begun_again(run, tiny, started):
    assert run("train", "tiny.spec", "--out", "mine").status == 0
    (tiny / "mine" / "last.pt").touch()
    said = "cnncalc: mine holds a run already: --resume goes on with it, --out names another folder\n"
    assert run("train", "tiny.spec", "--out", "mine") == (2, "", said)
    assert run("train", "tiny.spec", "--out", "mine", "--resume") == (0, "", "")
    assert len(started.commands) == 2


def test_a_run_goes_on_with_the_network_that_it_began_with(run, tiny, started):
    assert run("train", "tiny.spec").status == 0
    (tiny / "tiny.spec").write_text(TINY.replace("c = 4", "c = 5"))
    said = "cnncalc: runs/tiny/model.py is of another network, or of another version; --out names another folder\n"
    assert run("train", "tiny.spec", "--resume") == (2, "", said)
    assert (tiny / "runs" / "tiny" / "tiny.spec").read_text() == TINY


def test_a_run_goes_on_with_the_script_that_it_began_with(run, tiny, started):
    assert run("train", "tiny.spec").status == 0
    for path in (tiny / "runs" / "tiny" / "model.py", tiny / "tiny.spec"):
        path.write_text(path.read_text().replace("epochs 3", "epochs 9").replace("A tiny", "One tiny"))
    said = "cnncalc: runs/tiny/train.py stays as it is: the run goes on with its own script and recipe\n"
    assert run("train", "tiny.spec", "--resume") == (0, "", said)
    assert "EPOCHS = 3\n" in (tiny / "runs" / "tiny" / "train.py").read_text()


def test_files_of_others_are_not_replaced(run, tiny, started):
    (tiny / "model.py").write_text("mine = 1\n")
    said = "cnncalc: ./model.py is there, and says something else; --out names another folder\n"
    assert run("train", "tiny.spec", "--out", ".") == (2, "", said)
    assert (tiny / "model.py").read_text() == "mine = 1\n"
    assert files(tiny) == ["model.py", "tiny.spec"]
    assert run("train", "tiny.spec", "--out", "tiny.spec") == (2, "", "cnncalc: tiny.spec is no folder\n")
    (tiny / "runs").write_text("")
    done = run("train", "tiny.spec")
    assert done.status == 2 and done.err.startswith("cnncalc: runs")
    assert started.commands == []


def test_a_run_that_did_not_begin_leaves_nothing(run, tiny, started):
    started.status = 2
    done = run("train", "tiny.spec", "--epochs", "none")
    assert done.status == 2
    assert done.err.endswith("cnncalc: nothing was trained: runs/tiny is gone again\n")
    assert files(tiny) == ["tiny.spec"] and not (tiny / "runs").exists()
    (tiny / "mine").mkdir()
    assert run("train", "tiny.spec", "--out", "mine").status == 2
    assert files(tiny / "mine") == ["model.py", "tiny.spec", "train.py"]
    started.status = 1
    assert run("train", "tiny.spec").status == 1
    assert len(files(tiny / "runs" / "tiny")) == 3


# what is refused


def test_a_command_without_a_network_says_what_to_type(run, started):
    for typed in (["train"], ["train", "--epochs", "3"]):
        assert run(*typed) == (2, "", "cnncalc: which network? Type cnncalc train lenet5\n")


def test_what_is_not_installed_is_named(run, tiny, started, monkeypatch):
    def without(*names):
        monkeypatch.setattr(train, "find_spec", lambda name: None if name in names else True)
        return run("train", "tiny.spec").err

    assert without("torch") == "cnncalc: training needs torch: pip install 'cnncalc[train]'\n"
    assert without("torch", "tqdm") == "cnncalc: training needs torch and tqdm: pip install 'cnncalc[train]'\n"
    assert files(tiny) == ["tiny.spec"] and started.commands == []


def test_an_unknown_option_or_number_is_refused_before_anything_is_written(run, tiny, started):
    done = run("train", "tiny.spec", "--epoch", "3")
    assert done.status == 2 and "No such option: --epoch" in done.err and "--epochs" in done.err
    assert run("train", "tiny.spec", "--processes", "0").status == 2
    assert files(tiny) == ["tiny.spec"] and started.commands == []


@pytest.mark.parametrize("command", [["train", "-"], ["build", "-", "-o", "m.py", "--train", "t.py"]])
def test_faults_of_the_recipe_are_shown_at_their_place(run, tmp_path, started, command):
    done = run(*command, stdin=FAULTY.encode())
    assert (done.status, done.out) == (1, "")
    assert "error[SYN121 unclear-recipe]" in done.err and "--> <stdin>:7:18" in done.err
    assert "'sdg'" in done.err and "did you mean 'sgd'?" in done.err
    assert files(tmp_path) == [] and started.commands == []
    assert run("show", "-", stdin=FAULTY.encode()).status == 0


@pytest.mark.parametrize("command", [["train", "-"], ["build", "-", "-o", "m.py", "--train", "t.py"]])
def test_a_network_with_errors_is_not_written(run, tmp_path, started, command):
    done = run(*command, stdin=ERRONEOUS.encode())
    assert (done.status, done.out) == (1, "")
    assert "error[SHP" in done.err and files(tmp_path) == [] and started.commands == []


def test_a_failed_claim_is_told_and_the_network_written(run, tmp_path, started):
    done = run("train", "-", stdin=UNTRUE.encode())
    assert done.status == 0 and "CONV1 claims 9x9x4" in done.err and started.folder == "runs/stdin"
    done = run("build", "-", "-o", "m.py", "--train", "t.py", stdin=UNTRUE.encode())
    assert done.status == 1 and "claims 9x9x4" in done.err
    assert (tmp_path / "m.py").exists() and (tmp_path / "t.py").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [("dcgan", "write 'train: loss mse'"), ("siamese", "has 2 inputs"), ("yolov3", "has 3 outputs")],
)
def test_what_no_script_can_train_is_refused(run, tmp_path, started, name, said):
    for command in (["train", name], ["build", name, "-o", "m.py", "--train", "t.py"]):
        done = run(*command)
        assert (done.status, done.out) == (2, "") and said in done.err
    assert files(tmp_path) == [] and started.commands == []


# build --train


def test_build_writes_the_script_beside_the_module(run, tiny):
    done = run("build", "tiny.spec", "--to-torch", "-o", "net.py", "--train", "fit.py")
    assert done == (0, "", "cnncalc: wrote net.py\ncnncalc: wrote fit.py\n")
    network = cnncalc.load(tiny / "tiny.spec")
    assert (tiny / "net.py").read_text() == network.torch_source()
    assert (tiny / "fit.py").read_text() == network.training_source("net", "fit.py")
    assert "from net import Tiny as Network\n" in (tiny / "fit.py").read_text()


def test_a_dash_is_stdout(run, tiny):
    done = run("build", "tiny.spec", "-o", "net.py", "--train", "-")
    assert (done.status, done.err) == (0, "cnncalc: wrote net.py\n")
    script = cnncalc.load(tiny / "tiny.spec").training_source("net")
    assert done.out == script
    (tiny / "sub").mkdir()
    assert run("build", "tiny.spec", "-o", "sub/net.py", "--train", "-") == (0, script, "cnncalc: wrote sub/net.py\n")


IMPORTS = "{} imports the module: name its file too, as in -o model.py --train train.py"
HIDES = "{} would hide the module {} from the script; name it otherwise, as in -o model.py --train train.py"


@pytest.mark.parametrize(
    ("output", "script", "said"),
    [
        ("", "t.py", IMPORTS.format("t.py")),
        ("-", "t.py", IMPORTS.format("t.py")),
        ("", "-", IMPORTS.format("the script")),
        ("sub/", "sub/t.py", IMPORTS.format("sub/t.py")),
        ("sub/m.py", "t.py", "t.py imports sub/m.py: both must be in one folder"),
        ("m-1.py", "t.py", "t.py cannot import m-1.py: name the module like a variable, as in -o model.py"),
        ("m", "-", "the script cannot import m: name the module like a variable, as in -o model.py"),
        ("n\u00e9t.py", "t.py", "t.py cannot import n\u00e9t.py: name the module like a variable, as in -o model.py"),
        ("class.py", "t.py", "t.py cannot import class.py: name the module like a variable, as in -o model.py"),
        ("m.py", "sub/../m.py", "sub/../m.py is the module's file; name another one for the script"),
        ("m.py", "link.py", "link.py is the module's file; name another one for the script"),
        ("m.py", "tiny.spec", "tiny.spec is the spec itself; name another file for the script"),
        ("tiny.spec", "t.py", "tiny.spec is the spec itself; name another file for the module"),
        ("torch.py", "t.py", HIDES.format("torch.py", "torch")),
        ("m.py", "json.py", HIDES.format("json.py", "json")),
        ("sympy.py", "t.py", HIDES.format("sympy.py", "sympy")),
        ("m.py", "dateutil.py", HIDES.format("dateutil.py", "dateutil")),
        ("__main__.py", "t.py", HIDES.format("__main__.py", "__main__")),
    ],
)
def test_files_that_cannot_stand_together_are_refused(run, tiny, output, script, said):
    (tiny / "sub").mkdir()
    (tiny / "link.py").symlink_to("m.py")
    given = ["-o", output] if output else []
    assert run("build", "tiny.spec", *given, "--train", script) == (2, "", f"cnncalc: {said}\n")
    assert files(tiny) == ["tiny.spec"] and (tiny / "tiny.spec").read_text() == TINY


def test_a_folder_that_is_not_there_is_told(run, tiny):
    done = run("build", "tiny.spec", "-o", "no/m.py", "--train", "no/t.py")
    assert done == (2, "", "cnncalc: no/m.py: No such file or directory\n")


# processes


def test_several_processes_know_their_places(run, tiny, started):
    assert run("train", "tiny.spec", "--processes", "3", "--epochs", "1").status == 0
    assert started.commands == [started.commands[0]] * 3
    assert [(place["RANK"], place["LOCAL_RANK"], place["WORLD_SIZE"]) for place in started.places] == [
        (str(rank), str(rank), "3") for rank in range(3)
    ]
    (port,) = {place["MASTER_PORT"] for place in started.places}
    assert 1024 <= int(port) < 65536
    assert {(place["MASTER_ADDR"], place["LOCAL_WORLD_SIZE"]) for place in started.places} == {("127.0.0.1", "3")}
    assert started.places[0]["OMP_NUM_THREADS"] == str(max(1, (os.cpu_count() or 1) // 3))


def test_threads_that_are_asked_for_stay(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert [place["OMP_NUM_THREADS"] for place in train.places(2)] == ["7", "7"]


def ends(folder: Path, script: str, processes: int = 1) -> int:
    """The status of a run whose script is this text."""
    (folder / "train.py").write_text(f"import os, signal, sys, time\n{script}")
    return train.run(str(folder), processes, ["--epochs", "3"])


def test_the_exit_status_is_the_scripts(tmp_path):
    assert ends(tmp_path, "sys.exit(sys.argv[1:] != ['--out', os.path.dirname(__file__), '--epochs', '3'])") == 0
    assert ends(tmp_path, "sys.exit(3)") == 3
    assert ends(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)") == 128 + signal.SIGKILL


def test_when_one_process_fails_the_others_end(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "GRACE", 0.2)
    script = "open(f'{__file__}.{os.getpid()}', 'w')\nos.environ['RANK'] == '1' and sys.exit(5)\ntime.sleep(60)"
    assert ends(tmp_path, f"{script}\nopen(__file__ + '.slept', 'w')", processes=2) == 5
    assert not (tmp_path / "train.py.slept").exists()
    for path in tmp_path.glob("train.py.*"):
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.suffix[1:]), 0)


def test_the_others_have_time_to_end_by_themselves(tmp_path):
    script = "time.sleep(0.4 * (os.environ['RANK'] == '0'))\nopen(__file__ + os.environ['RANK'], 'w')\nsys.exit(130)"
    assert ends(tmp_path, script, processes=2) == 130
    assert files(tmp_path) == ["train.py", "train.py0", "train.py1"]


def sends(folder: Path, *signals: tuple[str, int]) -> threading.Thread:
    """Sends signals to the script or to this process once the script has written its number."""

    def send() -> None:
        path = folder / "ready"
        while not (path.exists() and path.read_text().endswith("\n")):
            time.sleep(0.02)
        for whom, number in signals:
            os.kill(int(path.read_text()) if whom == "script" else os.getpid(), number)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


WAITS = """
def main():
    try:
        with open(os.path.join(os.path.dirname(__file__), "ready"), "w") as file:
            print(os.getpid(), file=file)
        time.sleep(60)
    except KeyboardInterrupt:
        time.sleep(0.2)
        sys.exit(130)
main()
"""


@pytest.mark.parametrize(
    ("signals", "status"),
    [
        ([("script", signal.SIGINT), ("cnncalc", signal.SIGINT)], 130),
        ([("cnncalc", signal.SIGTERM)], 128 + signal.SIGTERM),
    ],
)
def test_a_run_that_is_interrupted_ends_in_its_own_time(tmp_path, signals, status):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    thread = sends(tmp_path, *signals)
    assert ends(tmp_path, WAITS) == status
    thread.join()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_spec_is_trained_and_goes_on_in_two_processes(tiny):
    def run(*options):
        program = [Path(sys.executable).parent / "cnncalc", "train", "tiny.spec", *options]
        return subprocess.run(program, cwd=tiny, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})

    done = run("--samples", "60", "--epochs", "1")
    assert (done.returncode, done.stderr) == (0, "cnncalc: wrote model.py, train.py and tiny.spec in runs/tiny\n")
    assert " 1/1 " in done.stdout
    assert {"best.pt", "last.pt", "metrics.jsonl"} <= set(files(tiny / "runs" / "tiny"))
    done = run("--resume", "--processes", "2", "--samples", "60", "--epochs", "2")
    assert done.returncode == 0, done.stderr
    assert "going on behind epoch 1" in done.stdout and "2 processes x 10" in done.stdout
    assert " 2/2 " in done.stdout and " 1/2 " not in done.stdout
    assert len((tiny / "runs" / "tiny" / "metrics.jsonl").read_text().splitlines()) == 2
