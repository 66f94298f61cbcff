"""The recipe of `train:`: what is read, what is a fault and where, and what of it reaches the written script."""

import ast
import random
import re
import tokenize
from functools import cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from ending import ending
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scripts import emitted
from test_hostile import INJECTED

import cnncalc
from cnncalc import zoo
from cnncalc.emit.training import script
from cnncalc.emit.training.plan import LEFT_OUT, Plan, Untrainable, defaults
from cnncalc.recipe import DIGITS, FAULTS, MOST, TERMS, Recipe, recipe

DOCS = Path(__file__).parent.parent / "docs"
CLASSES = "INPUT: 8x8x1\nCONV1: 4 3x3 pad 1 relu\nPOOL1: maxpool 2x2\nFC2: 6 relu\nFC3: 3"


def faults(text, net=CLASSES):
    """What a script cannot follow of a recipe: the text that is marked, the message, the hint."""
    network = cnncalc.loads(f"{net}\ntrain: {text}")
    rows = f"{net}\ntrain: {text}".splitlines()
    found = Plan(network).findings()
    assert all(each.code == "SYN121" and each.span.line == each.span.end_line == len(rows) for each in found)
    return [(rows[-1][f.span.column - 1 : f.span.end_column - 1], f.message, f.hint) for f in found]


def constants(text, net=CLASSES):
    """The constants of a written script, by their names."""
    return values(cnncalc.loads(f"{net}\ntrain: {text}" if text else net).training_source())


def values(source):
    """The constants of a script; those that are no plain values are left out."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value:
            (target,) = node.targets if isinstance(node, ast.Assign) else [node.target]
            try:
                found[target.id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found


# What is read


def test_a_whole_recipe():
    text = "batch 128, sgd momentum 0.9, lr 1e-2, decay 5e-4, epochs 90, schedule steps 30 60, loss cross_entropy"
    read = recipe(text)
    assert not read.faults
    said = {name: (each.choice, each.numbers) for name, each in read.said.items()}
    assert said == {
        "batch": ("", ("128",)), "sgd": ("", ()), "momentum": ("", ("0.9",)), "lr": ("", ("1e-2",)),
        "decay": ("", ("5e-4",)), "epochs": ("", ("90",)), "schedule": ("steps", ("30", "60")),
        "loss": ("cross_entropy", ()),
    }  # fmt: skip
    assert (read.batch, read.optimizer, read.state, read.loss) == (128, "sgd", "momentum", "cross_entropy")
    assert [text[each.begin : each.end] for each in read.said.values()][-2:] == [
        "schedule steps 30 60",
        "loss cross_entropy",
    ]


@pytest.mark.parametrize(
    ("text", "term", "number"),
    [
        ("batch size: 1,024", "batch", "1024"), ("Batch-Size = 64", "batch", "64"), ("batch of 007", "batch", "7"),
        ("LEARNING_RATE=.5", "lr", "0.5"), ("learning rate 1E-2;", "lr", "1e-2"), ("lr +5.", "lr", "5.0"),
        ("lr 1e+2", "lr", "1e2"), ("optimizer: sgd with momentum of 0.95", "momentum", "0.95"),
        ("label smoothing (0.1)", "smoothing", "0.1"), ("clip norm to 2", "clip", "2"), ("rho 0.95", "alpha", "0.95"),
        ("warmup 5 epochs", "warmup", "5"), ("patience of 3 epochs, epochs 20", "patience", "3"),
        ("warm up 0.5 epochs epochs 3", "warmup", "0.5"), ("weight decay 0", "decay", "0"), ("seed 0", "seed", "0"),
        ("bias -00.5 A", "bias", "-0.5"),
    ],
)  # fmt: skip
def test_numbers_are_read_however_they_are_written(text, term, number):
    assert not recipe(text).faults
    assert recipe(text).number(term) == number


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("steps 30, 60, lr 1", ("30", "60")), ("steps 30,60", ("30", "60")), ("steps [100,200]", ("100", "200")),
        ("multistep 5 epochs", ("5",)), ("steps 30 60 epochs, epochs 90", ("30", "60")), ("step 7", ("7",)),
        ("step", ()), ("poly 4", ("4",)), ("plateau, batch 8", ()),
    ],
)  # fmt: skip
def test_schedules_have_their_numbers(text, numbers):
    assert not recipe(f"schedule {text}").faults
    assert recipe(f"schedule {text}").said["schedule"].numbers == numbers


def test_every_other_word_is_the_first_one():
    for term in TERMS:
        for word in term.words:
            for call in (word.name, *filter(None, word.others.split("|"))):
                numbers = "5" if word.numbers.least else ""
                for text in (
                    f"{term.name} {call} {numbers}",
                    f"{term.name}={call.upper().replace('_', '-')} {numbers}",
                ):
                    assert not recipe(text).faults
                    assert recipe(text).choice(term.name) == word.name


def test_names_of_layers_reach_to_the_next_comma():
    said = recipe("paper bias 1 of CONV2 and a.b, paper init normal").said["paper bias"]
    assert said.names == ("of", "CONV2", "and", "a.b")
    net = "INPUT: 8x8x1\nA: conv 2 3x3\nB: conv 2 3x3\nFC: 3"
    assert constants("init normal, bias 1 of A and B", net)["BIASES"] == {"A.bias": 1, "B.bias": 1}
    assert constants("init normal, bias -0.5 A", net)["BIASES"] == {"A.bias": -0.5}


NUMBERS = {"whole": st.integers(1, 999).map(str), "share": st.sampled_from(["0.5", ".25", "1e-2", "0.125"])}


@st.composite
def terms(draw):
    """Some terms of one recipe: each as its words and its numbers."""
    chosen = [draw(st.sampled_from(["sgd", "adam", "adamw", "rmsprop", "adadelta"]))]
    plain = [t for t in TERMS if t.numbers.least and not t.names]
    rows = [(name, ()) for name in chosen]
    taken = draw(st.lists(st.sampled_from(plain), unique=True))
    rows += [(term.name, (draw(NUMBERS["whole" if term.numbers.whole else "share"]),)) for term in taken]
    steps = sorted(draw(st.sets(st.integers(1, 999), min_size=1, max_size=5)))
    choices = [("schedule cosine", ()), ("schedule steps", tuple(map(str, steps))), ("loss mse", ()), ("init he", ())]
    return rows + draw(st.lists(st.sampled_from(choices), unique_by=lambda row: row[0].split()[0]))


def meaning(text):
    """What a recipe says, places left out."""
    read = recipe(text)
    return {name: (s.choice, s.numbers) for name, s in read.said.items()}, [f.message for f in read.faults]


@given(rows=terms(), seed=st.randoms(use_true_random=False))
def test_order_and_spelling_change_nothing(rows, seed: random.Random):
    plain = ", ".join(" ".join([name, *numbers]) for name, numbers in rows)
    assert meaning(plain)[1] == []
    parts = []
    for name, numbers in seed.sample(rows, len(rows)):
        word = "".join(seed.choice([char.upper(), char]) for char in name).replace(
            " ", seed.choice(["  ", " = ", ": "])
        )
        parts.append(word + seed.choice([" ", "=", " of ", ": "]) + seed.choice([" ", ", "]).join(numbers))
    assert meaning(seed.choice([" ", ", ", "; "]).join(parts)) == meaning(plain)


# What is a fault

LEAVE = "leave one of them out"
FAULTY = {
    "batch 8, momentun 0.9": ("momentun", "a recipe knows no 'momentun'", "did you mean 'momentum'?"),
    "cosine": ("cosine", "a recipe knows no 'cosine'", "write 'schedule cosine'"),
    "steps 30": ("steps", "a recipe knows no 'steps'", "write 'schedule steps'"),
    "Cross-Entropy": ("Cross-Entropy", "a recipe knows no 'Cross-Entropy'", "write 'loss cross_entropy'"),
    "lion": ("lion", "a recipe knows no 'lion'", "docs/training.md lists the words of a recipe"),
    "lr 1, 50%": ("50%", "a recipe knows no '50%'", "docs/training.md lists the words of a recipe"),
    "lr 1, 90": ("90", "the number 90 belongs to nothing", "write what it is of: 'epochs 90'"),
    "90 epochs, lr 1": ("90 epochs", "the number 90 stands before 'epochs'", "write 'epochs 90'"),
    "lr 1 128 batch size": ("128 batch size", "the number 128 stands before 'batch size'", "write 'batch size 128'"),
    "lr": ("lr", "'lr' has no number", "write it behind: 'lr 0.1'"),
    "lr, batch 8": ("lr", "'lr' has no number", "write it behind: 'lr 0.1'"),
    "lr fast": ("lr fast", "'lr' takes a number, not 'fast'", "write it behind: 'lr 0.1'"),
    "lr 1/3": ("lr 1/3", "'lr' takes a number, not '1/3'", "write it behind: 'lr 0.1'"),
    "lr 1e999": ("lr 1e999", "'lr' takes a number, not '1e999'", "write it behind: 'lr 0.1'"),
    "lr 0.1 0.2": (
        "lr 0.1 0.2", "'lr' takes 1 number, 2 stand behind it", "leave out 0.2, or say what it is of"
    ),
    "sgd 0.9": ("sgd 0.9", "'sgd' takes no number, 1 stands behind it", "say what it is of: 'lr 0.1'"),
    "lr 1, lr 2": ("lr 2", "'lr' is said twice", LEAVE),
    "lr 0": ("0", "'lr 0' is not above 0", "write a number above 0"),
    "lr -0.1": ("-0.1", "'lr -0.1' is not above 0", "write a number above 0"),
    "lr 1e10": ("1e10", "'lr 1e10' is not below 1,000,000,000", "write a number above 0"),
    "batch 0": ("0", "'batch 0' is below 1", "write a whole number from 1 on"),
    "batch 1.5": ("1.5", "'batch 1.5' is no whole number", "write a whole number from 1 on"),
    "epochs 1e2": ("1e2", "'epochs 1e2' is no whole number", "write a whole number from 1 on"),
    "momentum 1": ("1", "'momentum 1' is not below 1", "write a number from 0 to below 1"),
    "momentum 1.5": ("1.5", "'momentum 1.5' is not below 1", "write a number from 0 to below 1"),
    "adam beta1 1": ("1", "'beta1 1' is not below 1", "write a number from 0 to below 1"),
    "adam beta2 1.": ("1.", "'beta2 1.' is not below 1", "write a number from 0 to below 1"),
    "schedule plateau, factor 10": ("10", "'factor 10' is not below 1", "write a number above 0 and below 1"),
    "seed 4294967296": ("4294967296", "'seed 4294967296' is not below 1,000,000,000",
                        "write a whole number from 0 on"),
    "sgd, adam": ("adam", "'sgd' and 'adam' are two optimizers", LEAVE),
    "loss": ("loss", "'loss' names none", "write one of cross_entropy, bce, mse, l1, huber"),
    "loss lr 1": ("loss", "'loss' names none", "write one of cross_entropy, bce, mse, l1, huber"),
    "loss mze": ("loss mze", "no loss is called 'mze'", "write one of cross_entropy, bce, mse, l1, huber"),
    "init zero 5": ("init zero", "no init is called 'zero'", "write one of he, xavier, normal"),
    "init he 2": ("init he 2", "'init he' takes no number, 1 stands behind it", "leave out 2, or say what it is of"),
    "init normal 0": ("0", "'init normal 0' is not above 0", "write a number above 0"),
    "schedule cyclic 5 6": (
        "schedule cyclic", "no schedule is called 'cyclic'",
        "write one of constant, plateau, steps, step, cosine, exponential, poly, linear",
    ),
    "schedule steps": ("schedule steps", "'schedule steps' has no number", "write it behind: 'schedule steps 30 60'"),
    "epochs 90, schedule steps 60 30": (
        "schedule steps 60 30", "'schedule steps 60 30' does not rise", "write 'schedule steps 30 60'"
    ),
    "schedule steps 5 5": ("schedule steps 5 5", "'schedule steps 5 5' does not rise", "write 'schedule steps 5'"),
    "epochs 30, schedule steps 30": (
        "schedule steps 30", "a step after epoch 30 is never taken: there are 30 epochs",
        "write the epochs after which it steps, or more 'epochs'",
    ),
    "lr 0." + "1" * 29: ("0." + "1" * 29, "'lr ...' has 31 digits", "write 30 at most"),
    "schedule step 30 60": (
        "schedule step 30 60", "'schedule step' takes 1 number, 2 stand behind it",
        "write 'schedule steps' with all of them",
    ),
    "schedule cosine 5": (
        "schedule cosine 5", "'schedule cosine' takes no number, 1 stands behind it", "write 'epochs' for its length"
    ),
    "schedule plateau 0.1": (
        "schedule plateau 0.1", "'schedule plateau' takes no number, 1 stands behind it",
        "write 'factor 0.1' or 'patience 10' for it",
    ),
    "schedule exponential 0.9": (
        "schedule exponential 0.9", "'schedule exponential' takes no number, 1 stands behind it",
        "write 'factor 0.95' for it",
    ),
    "adam momentum 0.9": (
        "momentum 0.9", "adam has no use for 'momentum'", "leave it out, or write 'sgd' or 'rmsprop'"
    ),
    "sgd beta1 0.5": ("beta1 0.5", "sgd has no use for 'beta1'", "leave it out, or write 'adam' or 'adamw'"),
    "beta2 0.5": (
        "beta2 0.5", "sgd, the usual optimizer, has no use for 'beta2'", "leave it out, or write 'adam' or 'adamw'"
    ),
    "adam nesterov": ("nesterov", "adam has no use for 'nesterov'", "leave it out, or write 'sgd'"),
    "sgd eps 1": (
        "eps 1", "sgd has no use for 'eps'", "leave it out, or write 'adam', 'adamw', 'rmsprop' or 'adadelta'"
    ),
    "sgd momentum 0 nesterov": ("momentum 0", "'nesterov' needs a momentum above 0", "write 'nesterov 0.9'"),
    "nesterov 0": ("0", "'nesterov 0' is not above 0", "write a number above 0 and below 1"),
    "momentum .9, nesterov 0.8": (
        "nesterov 0.8", "'momentum 0.9' and 'nesterov 0.8' are two momenta", "write 'momentum 0.9 nesterov'"
    ),
    "schedule cosine, factor 0.1": (
        "factor 0.1", "'schedule cosine' has no use for 'factor'",
        "leave it out, or write 'schedule plateau', 'schedule steps', 'schedule step' or 'schedule exponential'",
    ),
    "patience 3": (
        "patience 3", "'schedule constant' has no use for 'patience'", "leave it out, or write 'schedule plateau'"
    ),
    "epochs 5, warmup 5.5": (
        "warmup 5.5", "'warmup 5.5' is longer than training: there are 5 epochs",
        "write a warmup of 5 at most, or more 'epochs'",
    ),
    "batch 4, accumulate 8": (
        "accumulate 8", "a batch of 4 cannot be worked in 8 parts", "write 'accumulate 4' at most, or a larger 'batch'"
    ),
    "init normal, bias 1": ("bias 1", "'bias 1' names no layer", "write the layers behind it: 'bias 1 CONV2 FC6'"),
    "paper bias 1 CONV1 CONV9": (
        "paper bias 1 CONV1 CONV9", "'paper bias' is of 'CONV9', and no layer of this name has a bias",
        "name layers of the file that have one",
    ),
    "bias 1 POOL1": (
        "bias 1 POOL1", "'bias' is of 'POOL1', and no layer of this name has a bias",
        "name layers of the file that have one",
    ),
    "loss mse, smoothing 0.1": (
        "smoothing 0.1", "'smoothing' is of classes, and the loss is mse", "leave it out, or write 'loss cross_entropy'"
    ),
    "loss l1, flip": ("flip", "'flip' keeps the class of an image, and its target is no class", "leave it out"),
    "crop 8": (
        "crop 8", "'crop 8' puts room around INPUT for an image beside the one of 1x8x8", "write 'crop 1'"
    ),
}  # fmt: skip
ELSEWHERE = {
    ("INPUT: 784\nFC: 10", "flip"): ("flip", "'flip' is of images, and INPUT is 784", "leave it out"),
    ("INPUT: 9 tokens\nembed 4 vocab 9\nfc 3", "crop"): ("crop", "'crop' is of images, and INPUT is 9", "leave it out"),
    ("INPUT: 8x8x1\nconv 3 1x1", "crop 2"): (
        "crop 2", "'crop' keeps the class of an image, and its target is a class for every cell", "leave it out",
    ),
    ("INPUT: 784\nFC: 1 sigmoid", "loss ce"): (
        "loss ce", "'loss ce' compares classes, and spec gives 1 number",
        "write 'loss bce' for yes or no, or 'loss mse' for a number",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), FAULTY.items(), ids=FAULTY)
def test_every_mistake_is_one_fault_at_its_place(text, fault):
    assert faults(text) == [fault]


@pytest.mark.parametrize(
    "text",
    [
        "epochs 31, schedule steps 30", "schedule steps 30", "warmup 20", "epochs 5, warmup 5",
        "batch 4, accumulate 4", "crop 7",
        "lr 0." + "1" * 28, "seed 999999999", "momentum 0",
    ],
)  # fmt: skip
def test_the_last_number_that_goes_together_is_right(text):
    assert faults(text) == []


def test_steps_say_how_long_training_lasts_where_nothing_else_does():
    for said, epochs in (("steps 30 60", 90), ("steps 30", 60), ("steps 91 136", 181), ("step 30", 10)):
        source = cnncalc.loads(f"{CLASSES}\ntrain: schedule {said}").training_source()
        assert values(source)["EPOCHS"] == epochs, said


def test_a_term_with_a_fault_is_not_said_to_be_there_twice():
    fault = ("0", "'lr 0' is not above 0", "write a number above 0")
    assert faults("lr 0, lr 0") == [fault, fault]


def test_of_several_recipes_the_last_counts_and_no_script_follows_it():
    network = cnncalc.loads(f"{CLASSES}\ntrain: lr 0\ntrain: lr 2\ntrain: lr 3")
    assert Plan(network).number("lr") == "3"
    found = [(f.span.line, f.span.column, f.span.end_column, f.message, f.hint) for f in Plan(network).findings()]
    text, hint = "this recipe is not followed, but that of line 8", "keep one; a \\ carries a line on"
    assert found == [(n, 1, 12, text, hint) for n in (6, 7)]
    with pytest.raises(ValueError, match=r"this recipe is not followed, but that of line 8; keep one; a .*\(line 6\)$"):
        network.training_source()


def test_a_momentum_of_0_has_no_state():
    assert [recipe(f"{name} momentum 0").state for name in ("sgd", "rmsprop")] == ["sgd", "rmsprop"]


@pytest.mark.parametrize(("case", "fault"), ELSEWHERE.items(), ids=str)
def test_what_the_network_has_no_use_for(case, fault):
    net, text = case
    network = cnncalc.loads(net)
    assert faults(text, net) == [(fault[0], fault[1].replace(" spec ", f" {network.name} "), fault[2])]


def test_several_mistakes_are_told_in_their_order():
    assert [marked for marked, *_ in faults("foo, lr 0, momentum 2, 90 epochs")] == ["foo", "0", "2", "90 epochs"]
    assert [marked for marked, *_ in faults("patience 3, adam momentum 0.5, batch 1, accumulate 2")] == [
        "patience 3",
        "momentum 0.5",
        "accumulate 2",
    ]


def test_places_are_those_of_the_file():
    text = f"{CLASSES}\ntrain: lr 0.1,   \\\n   batch 0, (foo)  # a comment"
    found = Plan(cnncalc.loads(text)).findings()
    assert [(f.span.line, f.span.column, f.span.end_column) for f in found] == [(7, 10, 11), (7, 14, 17)]


def test_a_recipe_that_cannot_be_followed_has_no_script():
    with pytest.raises(ValueError, match=r"'lr 0' is not above 0; write a number above 0 \(line 6\)$"):
        cnncalc.loads(f"{CLASSES}\ntrain: lr 0").training_source()


# What means harm

HUGE = {
    "control characters": "\x01" * 10**6, "control characters apart": "\x01 " * 500_000, "one word": "a" * 10**6,
    "words": "a " * 500_000, "words that are none": "ab " * 300_000, "commas": "," * 100_000,
    "a number": "batch " + "1" * 5_000, "numbers": "1 " * 100_000, "numbers of a term": "lr " + "1 " * 100_000,
    "steps": "schedule steps " + "1 " * 100_000, "thousands": "1,111," * 50_000,
    "thousands and": "lr 1," + "111," * 50_000,
    "terms": "lr 1," * 50_000, "terms without": "lr " * 100_000, "names": "bias 1 " + "a " * 100_000,
    "turned": "1 epochs " * 50_000, "dashes": "a-" * 300_000, "exponents": "1e" * 100_000,
    "points": "lr 1" + "." * 10**6,
    "signs": "lr " + "+-" * 500_000, "digits": "lr 0." + "0" * 10**6, "surrogates": "\ud800 " * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_a_huge_recipe_is_read(text):
    with ending():
        read = Recipe(text)
    assert len(read.faults) <= FAULTS + 2
    for fault in read.faults:
        assert fault.message.isprintable() and len(fault.message) < 150 and len(fault.hint) < 150
        assert 0 <= fault.begin < fault.end <= len(text)
    assert all(len(number) <= DIGITS + 1 for said in read.said.values() for number in said.numbers)
    assert read.batch >= 0 and isinstance(read.state, str)


WORDS = [call for term in TERMS for call in (term.name, *term.others.split("|"), *(w.name for w in term.words))]
WEIRD = ['"""', "'", "\\", "\\N{DASH}", "{x}", "coding: latin-1", "\u2028", "%", "epochs", "\xb2", "\u0663", "1_0",
         "nan", "inf", "0x1", "1j", "-", "__import__('os')", ");", "=", ",", "9" * 31, "1e-400", "007", "0.",
         "-0"]  # fmt: skip


def anything():
    """Recipes of words, numbers and worse."""
    words = st.sampled_from(WORDS + WEIRD)
    numbers = st.one_of(st.integers(-3, 300).map(str), st.floats(0, 1).map(repr))
    return st.lists(st.one_of(words, numbers, st.text(max_size=6))).map(" ".join)


@given(text=anything())
@example(text="lr 1 \ud800 \x00")
@example(text="batch 9999999999999999999999999999999")
def test_whatever_a_recipe_is_its_numbers_are_plain(text):
    read = Recipe(text)
    for said in read.said.values():
        for number in said.numbers:
            assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?(e-?\d+)?", number, re.ASCII)
            kind = int if number.lstrip("-").isdecimal() else float
            assert kind(number) == ast.literal_eval(number)
    for fault in read.faults:
        assert 0 <= fault.begin < fault.end <= len(text)
        assert fault.message and fault.hint


def code(source):
    """What a script does: all but its docstring and the sum that tells one module from another."""
    return re.sub(r"'[0-9a-f]{12}'", "SUM", ast.dump(ast.Module(ast.parse(source).body[1:], [])))


@pytest.mark.parametrize("text", INJECTED.values(), ids=INJECTED)
def test_titles_steer_no_script_and_recipes_of_them_have_none(text):
    titled = cnncalc.loads(f"# {text}\n{CLASSES}").training_source()
    assert code(titled) == code(titled_plainly())
    assert tokenize.detect_encoding(BytesIO(titled.encode()).readline)[0] == "utf-8"
    if re.search(r"[a-zA-Z]", text) and not re.search(r"[][();#]|\\$", text):
        with pytest.raises(ValueError, match=r"; (docs/training\.md|did you|write) "):
            cnncalc.loads(f"{CLASSES}\ntrain: {text}").training_source()


@cache
def titled_plainly():
    return cnncalc.loads(f"# t\n{CLASSES}").training_source()


@cache
def plain_plan():
    return Plan(cnncalc.loads(CLASSES))


@given(text=st.one_of(anything(), st.text(max_size=300)))
@example(text='"""\nimport os\n"""')
@example(text="\\")
@example(text="a" * 105 + '\\"""')
def test_no_recipe_and_no_title_ends_the_docstring(text):
    network = SimpleNamespace(recipe=text, title=text, name="net")
    told = script.docstring(SimpleNamespace(network=network), "train.py")
    told.encode("utf-8")
    (only,) = ast.parse(f"{told}\n").body
    assert isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant)
    assert only.value.value.startswith("Trains ")
    assert max(map(len, told.splitlines())) <= 120


@settings(max_examples=40)
@given(rows=terms())
def test_constants_are_what_the_recipe_says(rows):
    network = cnncalc.loads(f"{CLASSES}\ntrain: " + ", ".join(" ".join([name, *numbers]) for name, numbers in rows))
    if Plan(network).findings():
        with pytest.raises(Untrainable):
            network.training_source()
        return
    source = network.training_source()
    compile(source, "train.py", "exec")
    found, said = values(source), {name: numbers for name, numbers in rows if len(numbers) == 1}
    named = {"batch": "BATCH", "epochs": "EPOCHS", "lr": "LEARNING_RATE", "decay": "DECAY", "seed": "SEED"}
    named |= {"momentum": "MOMENTUM", "clip": "CLIP", "warmup": "WARMUP", "factor": "FACTOR", "eps": "EPSILON"}
    named |= {"alpha": "ALPHA", "smoothing": "SMOOTHING", "accumulate": "ACCUMULATE", "patience": "PATIENCE"}
    for term, constant in named.items():
        if term in said and constant in found:
            assert found[constant] == float(said[term][0])
    for at, term in enumerate(("beta1", "beta2")):
        if term in said:
            assert found["BETAS"][at] == float(said[term][0])


# What is left out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"BATCH": 128, "EPOCHS": 10, "LEARNING_RATE": 0.01, "MOMENTUM": 0.9, "NESTEROV": False, "DECAY": 0,
              "SMOOTHING": 0, "CLIP": 0, "WARMUP": 0, "ACCUMULATE": 1, "SEED": 0}),
        ("sgd", {"LEARNING_RATE": 0.01, "MOMENTUM": 0}),
        ("momentum", {"MOMENTUM": 0.9, "NESTEROV": False}),
        ("sgd nesterov", {"MOMENTUM": 0.9, "NESTEROV": True}),
        ("nesterov 0.8", {"MOMENTUM": 0.8, "NESTEROV": True}),
        ("momentum 0.7 nesterov", {"MOMENTUM": 0.7, "NESTEROV": True}),
        ("adam", {"LEARNING_RATE": 1e-3, "BETAS": (0.9, 0.999), "EPSILON": 1e-8}),
        ("adamw beta1 0.5", {"LEARNING_RATE": 1e-3, "BETAS": (0.5, 0.999), "EPSILON": 1e-8}),
        ("rmsprop", {"LEARNING_RATE": 1e-3, "ALPHA": 0.99, "EPSILON": 1e-8, "MOMENTUM": 0}),
        ("rmsprop momentum", {"MOMENTUM": 0.9}),
        ("adadelta", {"LEARNING_RATE": 1.0, "ALPHA": 0.9, "EPSILON": 1e-6}),
        ("schedule plateau", {"FACTOR": 0.1, "PATIENCE": 10}),
        ("schedule step", {"FACTOR": 0.1, "STEP": 30}),
        ("schedule steps 5 7", {"FACTOR": 0.1, "STEPS": (5, 7)}),
        ("schedule exponential", {"FACTOR": 0.95}),
        ("schedule poly", {"POWER": 1}),
        ("schedule poly 4", {"POWER": 4}),
        ("schedule linear", {"POWER": 1}),
        ("init normal", {"DEVIATION": 0.01}),
        ("init normal 0.02, paper init normal .5, paper bias 1 FC2",
         {"DEVIATION": 0.02, "PAPER_DEVIATION": 0.5, "PAPER_BIASES": {"FC2.bias": 1}}),
        ("crop, flip", {"CROP": 1, "FLIP": True}),
        ("crop 2", {"CROP": 2, "FLIP": False}),
    ],
)  # fmt: skip
def test_what_is_left_out_has_its_usual_value(text, expected):
    found = constants(text)
    assert {name: found.get(name) for name in expected} == expected


def test_he_and_glorot_follow_the_activations():
    assert 'INITS = {"he": he}' in cnncalc.loads(CLASSES).training_source()
    for act, way in {"tanh": "xavier", "relu6": "he", "prelu": "he", "silu": "he", "sigmoid": "xavier"}.items():
        source = cnncalc.loads(f"INPUT: 9\nFC: 3 {act}\nFC2: 3").training_source()
        assert f'INITS = {{"{way}": {way}}}' in source


@pytest.mark.parametrize(
    ("text", "held"), [("sgd", 2 * 43), ("momentum 0.9", 3 * 43), ("adam", 4 * 43 + 4), ("lr 1", 3 * 43)]
)
def test_what_every_batch_needs_is_apart_from_what_a_sample_needs(text, held):
    net = "INPUT: 4\nFC1: 5 relu\nFC2: 3"
    found = constants(text, net)
    assert found["FIXED_BYTES"] == 4 * held
    network = cnncalc.loads(net)
    seven, eight = (network.memory(batch, training=True).training("sgd") for batch in (7, 8))
    assert found["SAMPLE_BYTES"] == eight - seven


@pytest.mark.parametrize(("extent", "room"), [(8, 1), (28, 2), (32, 2), (42, 3), (224, 16)])
def test_a_crop_has_a_14th_of_the_width_as_room(extent, room):
    net = f"INPUT: {extent}x{extent}x1\nPOOL: maxpool {extent}x{extent}\nFC: 3"
    assert constants("crop", net)["CROP"] == room


def test_weights_begin_as_the_paper_has_them(tmp_path):
    net = "INPUT: 16x16x3\nCONV1: 32 5x5 relu\nCONV2: 32 5x5 nobias bn relu\nCONV3: 16 3x3 relu\nFC4: 100 relu\nFC5: 10"
    made = emitted(tmp_path, f"{net}\ntrain: paper init normal 0.05, paper bias 1 CONV3 FC4")
    assert list(made.INITS) == ["he", "paper"]
    torch.manual_seed(0)
    module = made.Network()
    made.INITS["paper"](module)
    parts = dict(module.named_modules())
    for name in ("CONV1", "CONV2", "CONV3", "FC4"):
        weight = parts[name].weight
        assert abs(weight.mean()) < 0.004
        assert abs(weight.std() - 0.05) < 0.003
    biases = {
        name: part.bias.unique().tolist() for name, part in parts.items() if getattr(part, "bias", None) is not None
    }
    assert {name: biases[name] for name in ("CONV1", "CONV3", "FC4", "FC5")} == {
        "CONV1": [0], "CONV3": [1], "FC4": [1], "FC5": [0],
    }  # fmt: skip


# The zoo

ALONE = "'cnncalc build' writes the module alone, for a script of your own"
REFUSED = {
    "dcgan": "dcgan ends in tanh and its recipe names no loss; write 'train: loss mse' for numbers or 'train: loss"
    " cross_entropy' for classes",
    "dcgan-paper": "dcgan-paper ends in tanh and its recipe names no loss; write 'train: loss mse' for numbers or"
    " 'train: loss cross_entropy' for classes",
    "siamese": f"siamese has 2 inputs; the script feeds one: {ALONE}",
    "yolov3": f"yolov3 has 3 outputs; the script compares one with its targets: {ALONE}",
}


@pytest.mark.parametrize("name", zoo.names())
def test_every_recipe_of_the_zoo_is_followed(name):
    network = cnncalc.load(name)
    assert recipe(network.recipe).faults == []
    if name in REFUSED:
        with pytest.raises(Untrainable, match=f"^{re.escape(REFUSED[name])}$"):
            network.training_source()
        return
    plan = Plan(network)
    assert plan.findings() == ()
    assert plan.loss


def test_the_papers_weights_of_the_zoo():
    alexnet = Plan(cnncalc.load("alexnet"))
    assert alexnet.recipe.number("paper init") == "0.01"
    assert alexnet.recipe.said["paper bias"].names == ("CONV2", "CONV4", "CONV5", "FC6", "FC7")
    assert alexnet.recipe.choice("schedule") == "plateau"
    assert cnncalc.load("alexnet").recipe == cnncalc.load("alexnet-paper").recipe
    for name in ("vgg11", "vgg11-lrn", "vgg13", "vgg16-c", "vgg16", "vgg19"):
        assert recipe(cnncalc.load(name).recipe).number("paper init") == "0.1"


# The page


def rows():
    """The table of a recipe's words: how each is called, its numbers, what is usual."""
    section = (DOCS / "training.md").read_text(encoding="utf-8").partition("\n## The recipe\n")[2].partition("\n## ")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:3] == "| `"
    ]
    return {re.findall(r"`([^`]+)`", row[0])[0]: row for row in cells}


def test_the_page_has_every_word():
    table = rows()
    assert list(table) == [term.name for term in TERMS]
    for term in TERMS:
        calls = re.findall(r"`([^`]+)`", table[term.name][0])
        assert calls == [term.name, *filter(None, term.others.split("|"))]
        said = table[term.name][1]
        assert all(f"`{word.name}`" in said for word in term.words)
        if term.numbers.least and not term.words:
            assert ("whole" in said) == term.numbers.whole
            assert ("above" in said) == term.numbers.above
            assert (f"below {term.numbers.high:,.0f}" in said) == (term.numbers.high != MOST)


def test_the_page_has_every_usual_value():
    table = rows()
    for name, value in {**defaults(plain_plan()), **LEFT_OUT}.items():
        if name != "lr" and float(value):
            assert f"{float(value):g}" in table[name][2].replace("1e-8", "1e-08"), name
