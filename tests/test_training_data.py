"""The data of training scripts: what is read, how it is made to fit, what is refused, and the tasks that need none."""

import gzip
import subprocess
import sys
from itertools import product
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from scripts import emitted, run

import cnncalc
from cnncalc.emit.training.places import centres
from cnncalc.emit.training.plan import Plan, Untrainable

SPECS = {
    "planes": "INPUT: 6x5x3\nCONV1: 4 3x3 pad 1 relu\nFC2: 3\ntrain: batch 4\n",
    "plane": "INPUT: 6x5x1\nCONV1: 4 3x3 pad 1 relu\nFC2: 3\n",
    "deep": "INPUT: 6x5x4\nFC1: 3\n",
    "views": "INPUT: 6x5x3\nFC1: 3\ntrain: crop 2, flip\n",
    "digits": "INPUT: 784\nFC1: 10\n",
    "lenet": "INPUT: 32x32x1\nPOOL1: maxpool 8x8\nFC2: 10\n",
    "colour": "INPUT: 28x28x3\nPOOL1: maxpool 7x7\nFC2: 10\n",
    "hundred": "INPUT: 28x28x1\nPOOL1: maxpool 7x7\nFC2: 100\n",
    "tiny": "INPUT: 32x32x3\nPOOL1: maxpool 8x8\nFC2: 10\n",
    "row": "INPUT: 9x2\nCONV1: 4 3 relu\nFC2: 3\n",
    "volume": "INPUT: 4x5x6x1\nCONV1: 2 3x3x3 pad 1 relu\nFC2: 3\n",
    "tokens": "INPUT: 7 tokens\nEMBED: 8 vocab 50\nCONV1: 4 3 relu; global maxpool\nFC2: 3\n",
    "tagged": "INPUT: 7 tokens\nEMBED: 8 vocab 50\nCONV1: 5 1\n",
    "asked": "INPUT: 7 tokens\nEMBED: 8 vocab 50\nCONV1: 4 3 relu; global maxpool\nFC2: 1\nSIGMOID:\n",
    "dense": "INPUT: 12x10x1\nCONV1: 4 3x3 relu\nCONV2: 3 3x3\ntrain: loss cross_entropy\n",
    "mask": "INPUT: 12x10x3\nCONV1: 4 3x3 pad 1 relu\nCONV2: 1 1x1\nSIGMOID:\n",
    "depth": "INPUT: 12x10x3\nCONV1: 4 3x3 pad 1 relu\nCONV2: 2 1x1\ntrain: loss mse\n",
    "angles": "INPUT: 6x5x3\nFC1: 2\ntrain: loss mse\n",
    "questions": "INPUT: 6x5x3\nFC1: 4\nSIGMOID:\ntrain: loss bce\n",
    "pair": "INPUT: 2\nFC1: 10\n",
    "drawn": "INPUT: 6\nFC1: 32\nRESHAPE: 4x4x2\nCONV2: 2 3x3 pad 1\ntrain: loss mse\n",
    "thousand": "INPUT: 227x227x3\nPOOL1: maxpool 32x32\nFC2: 1000\n",
}


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """The script of one of these specs by its name, written once."""
    folder, known = tmp_path_factory.mktemp("scripts"), {}

    def once(name: str) -> ModuleType:
        if name not in known:
            known[name] = emitted(folder, SPECS[name])
        return known[name]

    return once


@pytest.fixture
def refusal(script, capfd, tmp_path):
    """The one line with which a script refuses data before any step."""

    def line(name: str, data: object, *options: object) -> str:
        done = run(script(name), capfd, "--data", data, "--out", tmp_path / "run", *options)
        assert done.status == 2, done
        assert done.err.startswith("train: ")
        assert done.err.count("\n") == 1, done.err
        assert "epoch 1" not in done.out
        return done.err.removeprefix("train: ").rstrip()

    return line


def opened(script: ModuleType, data: object, fit: str = "exact"):
    """The samples that a script finds."""
    return script.opened(script.Options(data=str(data), fit=fit, samples=200))


def every(source):
    """All of a source."""
    return source.__getitems__(range(len(source)))


def picture(path: Path, size=(6, 5), mode="RGB", seed=0, **how) -> np.ndarray:
    """Write a picture of noise; its pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    width, height = size
    shape = (height, width, len(mode)) if mode in ("RGB", "RGBA", "CMYK", "LA") else (height, width)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    Image.fromarray(pixels, "L" if mode in "P1" else mode).convert(mode).save(path, **how)
    return pixels


def album(root: Path, counts: dict[str, int]) -> Path:
    """A folder with so many pictures of each class."""
    for name, count in counts.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        for at in range(count):
            picture(root / name / f"{at:03}.png", seed=at)
    return root


def archive(path: Path, **arrays) -> Path:
    """A NumPy archive."""
    np.savez(path, **arrays)
    return path


# folders of images


def test_every_tenth_image_of_every_class_validates(script, tmp_path):
    train, val = opened(script("planes"), album(tmp_path / "d", {"a": 20, "b": 3, "c": 1}))
    assert train.targets.tolist() == [0] * 18 + [1] * 2 + [2]
    assert val.targets.tolist() == [0, 0, 1]
    names = [Path(path).name for path in paths(val)]
    assert names == ["009.png", "019.png", "002.png"]
    assert not set(paths(train)) & set(paths(val))


def paths(source) -> list[str]:
    """The files of a source."""
    begins = source.begins.tolist()
    return [source.paths[a:b].decode() for a, b in zip(begins, begins[1:], strict=False)]


@pytest.mark.parametrize("val", ["val", "test"])
def test_folders_to_train_and_to_validate_with_are_taken_as_they_are(script, tmp_path, val):
    album(tmp_path / "train", {"b": 2, "a": 1, "c": 1})
    album(tmp_path / val, {"a": 1, "b": 1, "c": 2})
    train, held = opened(script("planes"), tmp_path)
    assert (train.targets.tolist(), held.targets.tolist()) == ([0, 1, 1, 2], [0, 1, 2, 2])


def test_a_folder_to_train_with_alone_is_parted(script, tmp_path):
    album(tmp_path / "train", {"a": 2, "b": 2, "c": 2})
    train, val = opened(script("planes"), tmp_path)
    assert (train.targets.tolist(), val.targets.tolist()) == ([0, 1, 2], [0, 1, 2])


def test_a_class_may_be_called_train(script, tmp_path):
    train, _ = opened(script("planes"), album(tmp_path, {"bus": 2, "car": 2, "train": 2}))
    assert train.targets.tolist() == [0, 1, 2]


def test_what_is_hidden_or_no_image_does_not_count_and_the_rest_does(script, tmp_path):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "c": 2})
    picture(root / "a" / "inner" / "deep.PNG")
    picture(root / "a" / "UPPER.JPG")
    (root / "b" / "linked.png").symlink_to(root / "a" / "000.png")
    for name in ("a/.hidden.png", "a/._000.png", "b/notes.txt", ".cache/x.png", "a/.thumbs/x.png"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("none", encoding="utf-8")
    train, val = opened(script("planes"), root)
    assert sorted([*train.targets.tolist(), *val.targets.tolist()]) == [0, 0, 0, 0, 1, 1, 1, 2, 2]
    every(train)
    every(val)


def made(root: Path, **how) -> Path:
    """Three classes, the first with a picture made so."""
    album(root, {"a": 2, "b": 2, "c": 2})
    picture(root / "a" / "000.png", **how)
    return root


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA", "RGB"])
@pytest.mark.parametrize("name", ["planes", "plane"])
def test_pictures_of_any_kind_are_those_of_pillow(script, tmp_path, name, mode):
    root = made(tmp_path / "d", mode=mode, size=(13, 9))
    x, _ = opened(script(name), root)[0].__getitems__([0])
    channels = "RGB" if name == "planes" else "L"
    with Image.open(root / "a" / "000.png") as file:
        expected = np.asarray(ImageOps.fit(file.convert(channels), (6, 5)))
    assert x.dtype == torch.uint8
    assert x.shape[1:] == ((3, 5, 6) if name == "planes" else (1, 5, 6))
    assert np.array_equal(x[0].permute(1, 2, 0).numpy().squeeze(), expected)


def test_a_picture_of_the_networks_size_is_itself(script, tmp_path):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "c": 2})
    x, _ = opened(script("planes"), root)[0].__getitems__([0])
    with Image.open(root / "a" / "000.png") as file:
        assert np.array_equal(x[0].permute(1, 2, 0).numpy(), np.asarray(file))


def test_pictures_in_ink_are_turned_into_light(script, tmp_path):
    root = album(tmp_path / "d", {"a": 1, "b": 2, "c": 2})
    picture(root / "a" / "ink.tif", mode="CMYK")
    with Image.open(root / "a" / "ink.tif") as file:
        expected = np.asarray(file.convert("RGB"))
    train, val = opened(script("planes"), root)
    source, at = next((s, at) for s in (train, val) for at, path in enumerate(paths(s)) if path.endswith("ink.tif"))
    assert np.array_equal(source.__getitems__([at])[0][0].permute(1, 2, 0).numpy(), expected)


def test_sixteen_bits_keep_their_upper_eight(script, tmp_path):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "c": 2})
    pixels = np.random.default_rng(0).integers(0, 65536, (5, 6), dtype=np.uint16)
    Image.fromarray(pixels).save(root / "a" / "000.png")
    x, _ = opened(script("plane"), root)[0].__getitems__([0])
    assert np.array_equal(x[0, 0].numpy(), (pixels >> 8).astype(np.uint8))


def test_photographs_stand_upright_and_large_ones_keep_their_colours(script, tmp_path):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "c": 2})
    scene = Image.fromarray(np.kron(np.arange(0, 240, 20, dtype=np.uint8).reshape(3, 4), np.ones((50, 50), np.uint8)))
    exif = Image.Exif()
    exif[0x0112] = 6
    scene.convert("RGB").rotate(90, expand=True).save(root / "a" / "000.jpg", exif=exif, quality=95)
    train, val = opened(script("planes"), root)
    source, at = next((s, at) for s in (train, val) for at, path in enumerate(paths(s)) if path.endswith("jpg"))
    expected = np.asarray(ImageOps.fit(scene, (6, 5)), dtype=int)
    assert np.abs(source.__getitems__([at])[0][0, 0].numpy() - expected).max() <= 8


def test_a_million_paths_are_one_text(script, tmp_path):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "ü c": 2})
    train, val = opened(script("planes"), root)
    assert sorted([*paths(train), *paths(val)]) == sorted(map(str, root.rglob("*.png")))
    assert isinstance(train.paths, bytes)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("damage", ["short", "text", "gone"])
def test_a_picture_that_does_not_read_is_named(refusal, tmp_path, workers, damage):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "c": 2})
    bad = root / "b" / "001.png"
    if damage == "gone":
        bad.unlink()
        bad.symlink_to(root / "nowhere.png")
    else:
        bad.write_bytes(bad.read_bytes()[:60] if damage == "short" else b"no image")
    # the scale is measured of what trains; this one validates, and is met by the loading processes alone
    said = refusal("planes", root, "--workers", workers, "--epochs", 1)
    assert said.startswith(f"{bad} does not read as an image: ")


def test_a_picture_to_train_with_that_does_not_read_is_named_before_the_first_step(refusal, tmp_path):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "c": 2})
    (root / "b" / "000.png").write_bytes(b"")
    assert refusal("planes", root).startswith(f"{root}/b/000.png does not read as an image: cannot identify")


def test_classes_that_are_not_the_networks_are_named(refusal, tmp_path):
    where = "(FC2, line 3 of <text>); write as many there"
    two = album(tmp_path / "two", {"cat": 2, "dog": 2})
    assert refusal("planes", two) == f"{two} (cat, dog) has 2 classes, the network gives 3 classes {where}"
    many = album(tmp_path / "many", {"a": 1, "b": 1, "c": 1, "d": 2})
    assert refusal("planes", many) == f"{many} (a, b, c, ...) has 4 classes, the network gives 3 classes {where}"
    one = album(tmp_path / "one", {"a": 3})
    assert refusal("planes", one) == f"{one} (a) has 1 classes, the network gives 3 classes {where}"


def test_folders_that_do_not_agree_are_named(refusal, tmp_path):
    album(tmp_path / "train", {"a": 1, "b": 1, "c": 1})
    album(tmp_path / "val", {"a": 1, "b": 1})
    said = f"{tmp_path}/train has 3 class folders and {tmp_path}/val has 2: c is in one alone; make them alike"
    assert refusal("planes", tmp_path) == said


def test_folders_without_images_are_named(refusal, tmp_path):
    root = album(tmp_path / "d", {"a": 1, "b": 1, "c": 0})
    assert refusal("planes", root).startswith(f"{root}/c holds no image, and every folder of {root} is a class")
    bare = album(tmp_path / "bare", {"a": 0, "b": 0})
    formats = "npz, mnist, cifar10, image folders"
    assert refusal("planes", bare) == f"{bare} is none of what this network reads: {formats}"
    assert refusal("angles", bare) == f"{bare} is none of what this network reads: npz"
    single = album(tmp_path / "single", {"a": 1, "b": 1, "c": 1})
    said = "has 3 samples, none to validate with: it takes 2 of one class at least"
    assert refusal("planes", single) == f"{single} {said}"


def test_channels_that_no_image_has_are_named(refusal, tmp_path):
    root = album(tmp_path, {"a": 2, "b": 2, "c": 2})
    said = "images have 1 or 3 channels, the network reads 4 (INPUT, line 1 of <text>); write 1 or 3 there"
    assert refusal("deep", root) == f"{root}: {said}"


def test_images_without_pillow_say_how_it_is_installed(script, refusal, tmp_path):
    root = album(tmp_path, {"a": 2, "b": 2, "c": 2})
    with patch.object(script("planes"), "find_spec", lambda name: None):
        assert refusal("planes", root) == "folders of images need Pillow: pip install pillow"


def test_a_folder_that_may_not_be_read_is_named(refusal, tmp_path):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "c": 2})
    error = PermissionError(13, "Permission denied", str(root / "b"))
    with patch("os.scandir", side_effect=error):
        assert refusal("planes", root).endswith("does not read: Permission denied")


def test_there_is_no_such_data(refusal, tmp_path):
    said = f"there is no {tmp_path}/x.npz; --data takes a folder, a .npz file or synthetic"
    assert refusal("planes", tmp_path / "x.npz") == said
