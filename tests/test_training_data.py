"""The data of training scripts: what is read, how it is made to fit, what is refused, and the tasks that need none."""

import gzip
from itertools import pairwise, product
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
        assert " 1/" not in done.out
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
    return [source.paths[a:b].decode() for a, b in pairwise(begins)]


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


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("name", "channels"), [("planes", "RGB"), ("plane", "L")])
def test_what_is_transparent_has_its_colour(script, tmp_path, name, channels):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "c": 2})
    with Image.open(root / "b" / "000.png") as file:
        drawn = file.quantize(16)
    drawn.save(root / "a" / "000.png", transparency=bytes(range(16)))
    x, _ = opened(script(name), root)[0].__getitems__([0])
    expected = np.asarray(drawn.convert("RGB").convert(channels))
    assert np.array_equal(x[0].permute(1, 2, 0).numpy().squeeze(), expected)


def test_sixteen_bits_keep_their_upper_eight(script, tmp_path):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "c": 2})
    pixels = np.random.default_rng(0).integers(0, 65536, (5, 6), dtype=np.uint16)
    Image.fromarray(pixels).save(root / "a" / "000.png")
    x, _ = opened(script("plane"), root)[0].__getitems__([0])
    assert np.array_equal(x[0, 0].numpy(), (pixels >> 8).astype(np.uint8))


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_numbers_of_32_bits_a_pixel_are_told(script, tmp_path, kind):
    root = album(tmp_path / "d", {"a": 2, "b": 2, "c": 2})
    Image.fromarray(np.ones((5, 6), kind)).save(root / "a" / "000.tiff")
    images = opened(script("plane"), root)[0]
    at = next(at for at, path in enumerate(paths(images)) if path.endswith("tiff"))
    with pytest.raises(Exception, match="it has numbers of 32 bits a pixel, and those of 8 and 16 are read") as error:
        images.__getitems__([at])
    assert "000.tiff does not read as an image: " in str(error.value)


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


@pytest.mark.parametrize(("damage", "workers"), [("short", 0), ("text", 0), ("gone", 0), ("short", 2)])
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
    assert refusal("planes", one) == f"{one} (a) has 1 class, the network gives 3 classes {where}"


def test_folders_that_do_not_agree_are_named(refusal, tmp_path):
    album(tmp_path / "train", {"a": 1, "b": 1, "c": 1})
    album(tmp_path / "val", {"a": 1, "b": 1})
    said = f"{tmp_path}/train has 3 class folders and {tmp_path}/val has 2: c is in one alone; make them alike"
    assert refusal("planes", tmp_path) == said


def test_folders_without_images_are_named(refusal, tmp_path):
    root = album(tmp_path / "d", {"a": 1, "b": 1, "c": 0})
    kinds = ".bmp .gif .jpeg .jpg .pgm .png .ppm .tif .tiff .webp"
    assert refusal("planes", root) == f"{root}/c holds no image ({kinds}), and every folder of {root} is a class"
    bare = album(tmp_path / "bare", {"a": 0, "b": 0})
    formats = "npz, mnist, cifar10, image folders"
    assert refusal("planes", bare) == f"{bare} is none of what this network reads: {formats}"
    assert refusal("angles", bare) == f"{bare} is none of what this network reads: npz"
    single = album(tmp_path / "single", {"a": 1, "b": 1, "c": 1})
    said = "leaves none to validate with: it takes 2 samples of a class, and has 3 in all"
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
    assert refusal("planes", "") == "there is no ''; --data takes a folder, a .npz file or synthetic"


# MNIST and CIFAR-10 as published


def idx(values: np.ndarray) -> bytes:
    """The bytes of MNIST's format: the magic number, the extents, the values."""
    head = bytes((0, 0, 8, values.ndim)) + b"".join(extent.to_bytes(4, "big") for extent in values.shape)
    return head + values.astype(np.uint8).tobytes()


def handwriting(folder: Path, mark="-", packed=True, **other: bytes) -> dict[str, np.ndarray]:
    """MNIST's four files with 20 and 10 images, or with these bytes; an empty one is left out. The arrays."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 20), ("t10k", 10)):
        arrays[f"{part}_images"] = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays[f"{part}_labels"] = np.arange(count) % 10
    for name, values in arrays.items():
        data = other.get(name, idx(values))
        path = folder / f"{name.replace('_', '-')}{mark}idx{values.ndim}-ubyte{'.gz' * packed}"
        if data:
            path.write_bytes(gzip.compress(data) if packed else data)
    return arrays


@pytest.mark.parametrize(("mark", "packed"), list(product("-.", (True, False))))
def test_mnist_is_read_as_published(script, tmp_path, mark, packed):
    arrays = handwriting(tmp_path, mark, packed)
    for part, source in zip(("train", "t10k"), opened(script("digits"), tmp_path), strict=True):
        x, y = every(source)
        assert np.array_equal(x.numpy().reshape(-1, 28, 28), arrays[f"{part}_images"])
        assert y.tolist() == arrays[f"{part}_labels"].tolist()
        assert x.dtype == torch.uint8
        assert x.shape[1:] == (784,)


def test_a_part_of_the_digits_may_be_without_the_last(script, tmp_path):
    handwriting(tmp_path, train_labels=idx(np.arange(20) % 9), t10k_labels=idx(np.arange(10) % 3))
    train, _ = opened(script("digits"), tmp_path)
    assert every(train)[1].max() == 8


def test_mnist_is_put_into_a_larger_network_where_that_is_asked_for(script, refusal, tmp_path):
    arrays = handwriting(tmp_path)
    x, _ = every(opened(script("lenet"), tmp_path, "pad")[0])
    assert np.array_equal(x[:, 0].numpy(), np.pad(arrays["train_images"], ((0, 0), (2, 2), (2, 2))))
    said = "samples of 1x28x28, the network reads 1x32x32 (INPUT, line 1 of <text>)"
    hint = "--fit pad puts zeros around them or cuts their edges, --fit resize scales them"
    assert refusal("lenet", tmp_path) == f"MNIST in {tmp_path} has {said}: {hint}"


def test_mnist_is_refused_by_networks_of_other_channels_and_classes(refusal, tmp_path):
    handwriting(tmp_path)
    said = "samples of 1x28x28, the network reads 3x28x28 (INPUT, line 1 of <text>)"
    channels = "1 is not 3; write the input with as many channels as the data has"
    assert refusal("colour", tmp_path) == f"MNIST in {tmp_path} has {said}: {channels}"
    classes = "has 10 classes, the network gives 100 classes (FC2, line 3 of <text>); write as many there"
    assert refusal("hundred", tmp_path) == f"MNIST in {tmp_path} {classes}"


ZEROS = np.zeros((20, 28, 28))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("train_images", idx(ZEROS)[:-1], "is not whole: it has 15,695 bytes, and its head says 16 and 20x28x28"),
        ("train_images", idx(ZEROS) + b"x", "is not whole: it has 15,697 bytes, and its head says 16 and 20x28x28"),
        ("train_images", idx(ZEROS[:0]), "is not whole: it has 16 bytes, and its head says 16 and 0x28x28"),
        ("train_labels", idx(ZEROS), "begins with 00 00 08 03; train-labels of MNIST begin with 00 00 08 01"),
        ("train_images", b"\0", "begins with 00; train-images of MNIST begin with 00 00 08 03"),
        ("t10k_labels", idx(np.arange(9)), "has 10 t10k images and 9 labels; it takes one for each"),
        ("train_labels", b"", "has no train-labels-idx1-ubyte, packed (.gz) or not; MNIST is four files"),
        ("t10k_images", b"", "has no t10k-images-idx3-ubyte, packed (.gz) or not; MNIST is four files"),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_what_is_wrong_with_mnist_is_named(refusal, tmp_path, name, data, said, packed):
    handwriting(tmp_path, packed=packed, **{name: data})
    line = refusal("digits", tmp_path)
    assert line.endswith(said)
    assert str(tmp_path) in line


@pytest.mark.parametrize(
    "data", [b"no gzip", gzip.compress(idx(ZEROS), mtime=0)[:40], b""], ids=["other", "cut", "empty"]
)
def test_what_is_not_packed_is_named(refusal, tmp_path, data):
    handwriting(tmp_path)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(data)
    line = refusal("digits", tmp_path)
    assert line.startswith(f"{tmp_path}/train-images-idx3-ubyte.gz ")
    assert "does not read: " in line or "begins with nothing" in line


def test_a_folder_in_the_place_of_a_file_is_named(refusal, tmp_path):
    handwriting(tmp_path, train_images=b"")
    (tmp_path / "train-images-idx3-ubyte").mkdir()
    assert "train-images-idx3-ubyte does not read: " in refusal("digits", tmp_path)


def photographs(folder: Path, counts=(6, 4), tests=5) -> np.ndarray:
    """CIFAR-10's files with so many records each; those to train with."""
    folder.mkdir(exist_ok=True)
    records = np.random.default_rng(0).integers(0, 256, (sum(counts) + tests, 3073), dtype=np.uint8)
    records[:, 0] %= 10
    at = 0
    for number, count in enumerate(counts, 1):
        (folder / f"data_batch_{number}.bin").write_bytes(records[at : at + count].tobytes())
        at += count
    (folder / "test_batch.bin").write_bytes(records[at:].tobytes())
    return records


@pytest.mark.parametrize("inner", ["", "cifar-10-batches-bin"])
def test_cifar_is_read_as_published(script, tmp_path, inner):
    records = photographs(tmp_path / inner)
    parts = opened(script("tiny"), tmp_path)
    x, y = (np.concatenate([every(part)[which].numpy() for part in parts]) for which in (0, 1))
    assert np.array_equal(y, records[:, 0])
    planes = [records[:, 1 + 1024 * c : 1025 + 1024 * c].reshape(-1, 32, 32) for c in range(3)]
    assert np.array_equal(x, np.stack(planes, 1))


@pytest.mark.parametrize(
    ("file", "data", "said"),
    [
        ("data_batch_2.bin", bytes(3072), "is not whole: it has 3,072 bytes, and an image takes 3,073"),
        ("test_batch.bin", b"", "is not whole: it has 0 bytes, and an image takes 3,073"),
        ("data_batch_1.bin", b"\x0a" + bytes(3072), "is no file of CIFAR-10: it has a class 10, and those are 0 to 9"),
        ("test_batch.bin", None, "does not read: No such file or directory"),
    ],
)
def test_what_is_wrong_with_cifar_is_named(refusal, tmp_path, file, data, said):
    photographs(tmp_path)
    (tmp_path / file).unlink()
    if data is not None:
        (tmp_path / file).write_bytes(data)
    assert refusal("tiny", tmp_path) == f"{tmp_path / file} {said}"


# NumPy's archives


def arrays(shape=(3, 5, 6), count=30, classes=3, seed=0):
    """Inputs and classes."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, *shape)), np.arange(count) % classes


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", ">f4", "bool", "int8", "int64", ">u2", "uint32"])
def test_numbers_of_any_kind_are_read(script, tmp_path, kind):
    x, y = arrays()
    x = (10 * np.abs(x)).astype(kind)
    train, val = opened(script("planes"), archive(tmp_path / "d.npz", x_train=x, y_train=y, x_val=x[:6], y_val=y[:6]))
    assert train.inputs.dtype == torch.float32
    assert np.array_equal(train.inputs.numpy(), x.astype(np.float32))
    assert (len(train), len(val)) == (30, 6)


@pytest.mark.parametrize("kind", ["int8", "uint64", ">i4", "float32", "uint8", ">f8"])
def test_classes_of_any_kind_are_read(script, tmp_path, kind):
    x, y = arrays()
    data = archive(tmp_path / "d.npz", x_train=x, y_train=y.astype(kind)[:, None], x_test=x, y_test=y.astype(kind))
    for part in opened(script("planes"), data):
        assert part.targets.dtype == torch.int64
        assert part.targets.tolist() == y.tolist()


def test_bytes_stay_bytes_and_the_only_channel_may_be_left_out(script, tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (30, 5, 6), dtype=np.uint8)
    train, _ = opened(script("plane"), archive(tmp_path / "d.npz", x=x, y=np.zeros(30, int)))
    assert train.inputs.dtype == torch.uint8
    assert np.array_equal(train.inputs[0, 0].numpy(), x[0])


def test_every_tenth_of_a_class_validates_in_whatever_order_they_come(script, tmp_path):
    x, y = arrays(count=60, classes=3)
    y[-1] = y[-3] = 2
    y[-2] = 0
    for order in (np.arange(60), np.argsort(y, kind="stable"), np.random.default_rng(1).permutation(60)):
        train, val = opened(script("planes"), archive(tmp_path / "d.npz", x=x[order], y=y[order]))
        sizes = np.bincount(y)
        assert np.array_equal(np.bincount(val.targets), sizes // 10)
        both = np.concatenate([train.inputs.numpy(), val.inputs.numpy()])
        assert np.array_equal(np.sort(both, axis=0), np.sort(x.astype(np.float32), axis=0))


def test_of_numbers_every_tenth_sample_validates(script, tmp_path):
    x, _ = arrays(count=25)
    train, val = opened(script("angles"), archive(tmp_path / "d.npz", x=x, y=np.arange(50.0).reshape(25, 2)))
    assert val.targets[:, 0].tolist() == [18.0, 38.0]
    assert len(train) == 23


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"y": None}, "d.npz holds x; it takes x_train, y_train, x_val and y_val, or x and y"),
        ({"y": np.zeros(29)}, "d.npz has 30 inputs x and 29 targets y; it takes one for each"),
        (
            {"x": np.zeros((0, 3, 5, 6))},
            "x of d.npz holds 0x3x5x6 of float64; it takes an array of numbers, samples first",
        ),
        ({"x": np.float64(1)}, "x of d.npz holds one of float64; it takes an array of numbers, samples first"),
        ({"y": np.array(["cat"] * 30)}, "y of d.npz holds 30 of <U3; it takes an array of numbers, samples first"),
        (
            {"x": np.zeros(30, complex)},
            "x of d.npz holds 30 of complex128; it takes an array of numbers, samples first",
        ),
        ({"x": np.full((30, 3, 5, 6), np.nan)}, "holds numbers that are not finite in 30 of 30 samples, first in 0"),
        ({"x": np.full((30, 3, 5, 6), 1e300)}, "holds numbers that are not finite in 30 of 30 samples, first in 0"),
        ({"y": np.full(30, np.inf)}, "y of d.npz holds numbers that are not finite in 30 of 30 samples, first in 0"),
        (
            {"y": np.eye(3)[np.zeros(30, int)]},
            "has 3 numbers for each target, the network takes one class: write y.argmax(1)",
        ),
        ({"y": np.zeros((30, 7), int)}, "has 7 for a target; GIVES, of which a sample has one"),
        ({"y": np.full(30, 0.5)}, "y of d.npz has targets that are no whole numbers; GIVES: number them from 0 to 2"),
        ({"y": np.arange(30) - 1}, "has classes from -1 to 28, GIVES: number them from 0, or write more there"),
        ({"y": np.arange(30) % 3 - 1}, "has classes from -1 to 1, GIVES: number them from 0, or write more there"),
        ({"y": 1 + np.arange(30) % 3}, "has classes from 1 to 3, GIVES: number them from 0, or write more there"),
        (
            {"x": np.zeros((30, 5, 6, 3))},
            "samples of 5x6x3, READS: put the channels first, as in numpy.moveaxis(x, -1, 1)",
        ),
        ({"x": np.zeros((30, 1, 5, 6))}, "READS: 1 is not 3; write the input with as many channels as the data has"),
        (
            {"x": np.zeros((30, 3, 6, 5))},
            "READS: --fit pad puts zeros around them or cuts their edges, --fit resize scales them",
        ),
        ({"x": np.zeros((30, 90))}, "x of d.npz has samples of 90, READS: write the input as the data has it"),
        ({"x": np.zeros(30)}, "x of d.npz has samples of one number, READS: write the input as the data has it"),
    ],
)
def test_what_is_wrong_with_an_archive_is_named(refusal, tmp_path, change, said):
    x, y = arrays()
    given = {name: values for name, values in {"x": x, "y": y, **change}.items() if values is not None}
    line = refusal("planes", archive(tmp_path / "d.npz", **given)).replace(f"{tmp_path}/", "")
    gives = "the network gives 3 classes (FC2, line 3 of <text>)"
    reads = "the network reads 3x5x6 (INPUT, line 1 of <text>)"
    assert line.endswith(said.replace("GIVES", gives).replace("READS", reads))
    assert "d.npz" in line


def test_rows_of_different_lengths_are_named(refusal, tmp_path):
    ragged = np.array([np.zeros(2), np.zeros(3)], dtype=object)
    line = refusal("planes", archive(tmp_path / "d.npz", x=ragged, y=np.zeros(2)))
    assert line.startswith(f"x of {tmp_path}/d.npz does not read: Object arrays")
    assert line.endswith("(rows of different lengths make no array)")


def test_maps_that_answer_for_each_cell_are_not_fitted_alone(refusal, tmp_path):
    path = archive(tmp_path / "d.npz", x=np.zeros((30, 1, 20, 20)), y=np.zeros((30, 18, 18), int))
    said = "x of d.npz has samples of 1x20x20, the network reads 1x10x12 (INPUT, line 1 of <text>)"
    line = refusal("dense", path).replace(f"{tmp_path}/", "")
    assert line == f"{said}: write the input as large as the data, or scale both x and y of it"


def test_one_sample_cannot_be_parted(refusal, tmp_path):
    x, _ = arrays(count=1)
    line = refusal("angles", archive(tmp_path / "d.npz", x=x, y=np.zeros((1, 2))))
    assert line == f"{tmp_path}/d.npz leaves none to validate with: it takes 2 samples of a class, and has 1 in all"


def test_files_that_are_no_archives_are_named(refusal, tmp_path):
    x, y = arrays()
    np.save(tmp_path / "x.npy", x)
    one = "is one array; inputs x and targets y go into one file: numpy.savez('data.npz', x=x, y=y)"
    assert refusal("planes", tmp_path / "x.npy") == f"{tmp_path}/x.npy {one}"
    (tmp_path / "x.npy").rename(tmp_path / "x.npz")
    no = "is no archive as numpy.savez writes them"
    assert refusal("planes", tmp_path / "x.npz") == f"{tmp_path}/x.npz {no}"
    (tmp_path / "folder.npz").mkdir()
    assert refusal("planes", tmp_path / "folder.npz") == f"{tmp_path}/folder.npz {no}"
    data = bytearray(archive(tmp_path / "d.npz", x=x, y=y).read_bytes())
    data[200:400] = bytes(200)
    (tmp_path / "d.npz").write_bytes(data)
    assert refusal("planes", tmp_path / "d.npz").startswith(f"x of {tmp_path}/d.npz does not read: ")
    (tmp_path / "d.txt").write_text("1 2 3", encoding="utf-8")
    formats = "npz, mnist, cifar10, image folders"
    assert refusal("planes", tmp_path / "d.txt") == f"{tmp_path}/d.txt is none of what this network reads: {formats}"


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (np.full((30, 7), 50), "has tokens from 50 to 50, the network reads 0 to 49 (EMBED, line 2 of <text>)"),
        (np.full((30, 7), -1), "has tokens from -1 to -1, the network reads 0 to 49 (EMBED, line 2 of <text>)"),
        (np.zeros((30, 7)), "holds numbers of a kind that has fractions; tokens are whole: write x.astype(int)"),
        (
            np.zeros((30, 9), int),
            "samples of 9, the network reads 7 (INPUT, line 1 of <text>): write the input as the data has it",
        ),
    ],
)
def test_what_is_wrong_with_tokens_is_named(refusal, tmp_path, x, said):
    assert refusal("tokens", archive(tmp_path / "d.npz", x=x, y=np.arange(30) % 3)).endswith(said)


def test_of_several_tables_the_smallest_says_how_many_tokens_there_are(tmp_path):
    tables = "concat\n  - A: embed 4 vocab 50\n  - B: embed 4 vocab 30\n  - C: embed 4 vocab 40\n"
    script = emitted(tmp_path, f"INPUT: 7 tokens\n{tables}global maxpool\nFC: 3\n")
    assert (script.WORDS, script.WORDS_FROM) == (30, "B, line 4 of <text>")


def test_tokens_are_whole_numbers_of_any_kind(script, tmp_path):
    x = np.random.default_rng(0).integers(0, 50, (30, 7))
    train, _ = opened(script("tokens"), archive(tmp_path / "d.npz", x=x.astype(np.uint8), y=np.zeros(30, int)))
    assert train.inputs.dtype == torch.int64
    assert train.inputs[0].tolist() == x[0].tolist()


def test_a_target_for_every_cell(script, refusal, tmp_path):
    x, y = np.zeros((20, 10, 12)), np.random.default_rng(0).integers(0, 3, (20, 6, 8))
    train, val = opened(script("dense"), archive(tmp_path / "d.npz", x=x, y=y[:, None]))
    assert (train.targets.shape, val.targets.shape) == ((18, 6, 8), (2, 6, 8))
    assert np.array_equal(val.targets.numpy(), y[9::10])
    line = refusal("dense", archive(tmp_path / "d.npz", x=x, y=np.zeros((20, 10, 12), int)))
    gives = "the network gives 3 classes (CONV2, line 3 of <text>), of which a sample has 6x8 of them"
    assert line == f"y of {tmp_path}/d.npz has 10x12 for a target; {gives}"
    line = refusal("dense", archive(tmp_path / "d.npz", x=x, y=np.zeros((20, 3, 6, 8))))
    assert line.endswith("has 3 numbers for each target, the network takes one class: write y.argmax(1)")


def test_targets_that_are_numbers(script, refusal, tmp_path):
    x, _ = arrays()
    train, _ = opened(script("angles"), archive(tmp_path / "d.npz", x=x, y=np.ones((30, 2), int)))
    assert train.targets.dtype == torch.float32
    line = refusal("angles", archive(tmp_path / "d.npz", x=x, y=np.ones(30)))
    gives = "the network gives 2 (FC1, line 2 of <text>): write the layer as the data has it"
    assert line == f"y of {tmp_path}/d.npz has one number for a target, {gives}"
    tokens = np.zeros((30, 7), int)
    train, _ = opened(script("asked"), archive(tmp_path / "d.npz", x=tokens, y=np.ones(30, bool)))
    assert train.targets.shape == (27, 1)


def test_the_only_channel_of_a_targets_map_may_be_left_out(script, refusal, tmp_path):
    x, y = np.zeros((20, 3, 10, 12)), np.random.default_rng(0).random((20, 10, 12)) > 0.5
    for each in (y, y[:, None]):
        train, val = opened(script("mask"), archive(tmp_path / "d.npz", x=x, y=each))
        assert (train.targets.shape, val.targets.shape) == ((18, 1, 10, 12), (2, 1, 10, 12))
        assert np.array_equal(val.targets[:, 0].numpy(), y[9::10])
    line = refusal("mask", archive(tmp_path / "d.npz", x=x, y=y.transpose(0, 2, 1)))
    gives = "the network gives 1x10x12 (CONV2, line 3 of <text>): write the layer as the data has it"
    assert line == f"y of {tmp_path}/d.npz has 12x10 for a target, {gives}"


def test_answers_are_between_no_and_yes(script, refusal, tmp_path):
    x, _ = arrays()
    train, _ = opened(script("questions"), archive(tmp_path / "d.npz", x=x, y=np.ones((30, 4), bool)))
    assert train.targets.tolist() == [[1.0] * 4] * 27
    line = refusal("questions", archive(tmp_path / "d.npz", x=x, y=np.full((30, 4), -1)))
    assert line == f"y of {tmp_path}/d.npz has targets from -1 to -1; the loss takes 0 (no) to 1 (yes)"


# made to fit, scaled, cut


def centred(x: np.ndarray, extents) -> np.ndarray:
    """NumPy's own: zeros around, or edges off; of an odd number the larger part at the end."""
    for axis, want in enumerate(extents, 2):
        room = want - x.shape[axis]
        if room >= 0:
            x = np.pad(x, [(room // 2, room - room // 2) if at == axis else (0, 0) for at in range(x.ndim)])
        else:
            x = np.take(x, np.arange(-(room // 2), -(room // 2) + want), axis)
    return x


def resized(x: np.ndarray, extents) -> np.ndarray:
    """NumPy's own linear interpolation, axis by axis: cells are as wide as they are, and the edges go on."""
    for axis, want in enumerate(extents, 2):
        have = x.shape[axis]
        at = ((np.arange(want) + 0.5) * have / want - 0.5).clip(0, have - 1)
        x = np.apply_along_axis(lambda row, at=at, have=have: np.interp(at, np.arange(have), row), axis, x)
    return x


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("row", (2, 6)),
        ("row", (2, 12)),
        ("row", (2, 9)),
        ("planes", (3, 8, 3)),
        ("planes", (3, 4, 11)),
        ("volume", (1, 3, 8, 4)),
        ("volume", (1, 9, 2, 7)),
    ],
)
def test_maps_of_another_size_are_padded_cut_or_scaled_as_numpy_does(script, tmp_path, name, shape):
    module, (x, y) = script(name), arrays(shape, count=6)
    data = archive(tmp_path / "d.npz", x_train=x, y_train=y, x_val=x, y_val=y)
    padded, scaled = (opened(module, data, fit)[0].inputs.numpy() for fit in ("pad", "resize"))
    assert np.array_equal(padded, centred(x.astype(np.float32), module.INPUT[1:]))
    assert np.allclose(scaled, resized(x, module.INPUT[1:]), atol=1e-5)


def test_bytes_are_scaled_to_bytes(script, tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (6, 3, 9, 4), dtype=np.uint8)
    data = archive(tmp_path / "d.npz", x_train=x, y_train=np.zeros(6, int), x_val=x, y_val=np.zeros(6, int))
    scaled = opened(script("planes"), data, "resize")[0].inputs
    assert scaled.dtype == torch.uint8
    assert np.abs(scaled.numpy() - resized(x.astype(float), (5, 6))).max() <= 0.5 + 1e-4


@pytest.mark.parametrize(("name", "shape"), [("planes", (3, 5, 6)), ("digits", (784,)), ("row", (2, 9))])
def test_bytes_are_scaled_to_mean_0_and_deviation_1_a_channel(script, tmp_path, name, shape):
    module, rng = script(name), np.random.default_rng(0)
    x = rng.integers(0, 256, (210, *shape), dtype=np.uint8) // (1 + np.arange(shape[0])).reshape(
        -1, *[1] * (len(shape) - 1)
    )
    samples = module.Samples(torch.from_numpy(x.astype(np.uint8)), torch.zeros(210))
    scaled = module.measured_scale(samples, torch.device("cpu"))(samples.inputs)
    axes = [axis for axis in range(scaled.ndim) if axis != 1 or scaled.ndim == 2]
    assert torch.allclose(scaled.mean(axes), torch.tensor(0.0), atol=1e-5)
    assert torch.allclose(scaled.std(axes, correction=0), torch.tensor(1.0), atol=1e-5)


def test_what_is_no_byte_stays_and_one_grey_is_not_divided_by_zero(script):
    module, cpu = script("planes"), torch.device("cpu")
    x = torch.randn(9, 3, 5, 6)
    assert torch.equal(module.measured_scale(module.Samples(x, torch.zeros(9)), cpu)(x), x)
    grey = torch.full((9, 3, 5, 6), 7, dtype=torch.uint8)
    assert not module.measured_scale(module.Samples(grey, torch.zeros(9)), cpu)(grey).any()


def test_the_scale_of_many_files_is_that_of_some_of_any_place(script, tmp_path):
    module = script("planes")
    train, _ = opened(module, album(tmp_path, {"a": 30, "b": 30, "c": 30}))
    with patch.object(module, "MEASURED", 40):
        scale = module.measured_scale(train, torch.device("cpu"))
    x = every(train)[0].double()
    assert torch.allclose(scale.mean, x.mean((0, 2, 3), keepdim=True).float(), atol=10)
    assert torch.allclose(scale.deviation, x.std((0, 2, 3), keepdim=True).float(), atol=10)


def test_the_scale_is_kept_with_the_best_weights(script, capfd, tmp_path):
    module = script("planes")
    root = album(tmp_path / "d", {"a": 4, "b": 4, "c": 4})
    done = run(module, capfd, "--data", root, "--out", tmp_path / "run", "--epochs", 1, "--workers", 0)
    assert done.status == 0, done.err
    best = torch.load(tmp_path / "run" / "best.pt", weights_only=True)
    scale = module.measured_scale(opened(module, root)[0], torch.device("cpu"))
    assert torch.equal(best["mean"], scale.mean)
    assert torch.equal(best["deviation"], scale.deviation)


def windows(image: torch.Tensor, room: int) -> list[torch.Tensor]:
    """Every part of the network's size of an image, and its mirror image."""
    _, height, width = image.shape
    places = product(range(2 * room + 1), repeat=2)
    parts = [image[:, y : y + height - 2 * room, x : x + width - 2 * room] for y, x in places]
    return [view for part in parts for view in (part, part.flip(2))]


@pytest.mark.parametrize("larger", [False, True])
def test_views_are_all_cuts_and_mirrors_and_nothing_else(script, larger):
    module = script("views")
    assert (module.CROP, module.FLIP) == (2, True)
    image = torch.randint(1, 256, (3, 9, 10) if larger else (3, 5, 6), dtype=torch.uint8)
    wide = image if larger else torch.nn.functional.pad(image, (2, 2, 2, 2))
    torch.manual_seed(0)
    got = module.augmented(image.expand(1500, *image.shape))
    assert got.shape == (1500, 3, 5, 6)
    found = {view.numpy().tobytes() for view in got}
    assert found == {view.numpy().tobytes() for view in windows(wide, 2)}


def test_only_what_trains_is_cut_out_of_a_larger_picture(script, tmp_path):
    root = album(tmp_path, {"a": 2, "b": 2, "c": 2})
    train, val = opened(script("views"), root)
    assert train.__getitems__([0])[0].shape == (1, 3, 9, 10)
    x, _ = val.__getitems__([0])
    with Image.open(root / "a" / "001.png") as file:
        assert np.array_equal(x[0].permute(1, 2, 0).numpy(), np.asarray(file))
    with Image.open(root / "a" / "000.png") as file:
        larger = np.asarray(ImageOps.fit(file, (10, 9)))
        assert np.array_equal(train.__getitems__([0])[0][0].permute(1, 2, 0).numpy(), larger)


def test_what_validates_is_never_cut_or_mirrored(script, capfd, tmp_path):
    module = script("views")
    seen = []
    with patch.object(module, "augmented", lambda x: seen.append(len(x)) or x):
        done = run(module, capfd, "--samples", 20, "--epochs", 1, "--out", tmp_path / "run", "--workers", 0)
    assert done.status == 0, done.err
    assert sum(seen) == 20


# tasks that need no data

TASKS = ["planes", "plane", "row", "volume", "digits", "pair", "tokens", "tagged", "asked", "dense", "mask", "depth",
         "angles", "questions", "drawn"]  # fmt: skip


@pytest.mark.parametrize("name", TASKS)
def test_a_made_up_sample_is_always_the_same(script, name):
    module = script(name)
    task = module.Synthetic(40, 1)
    x, y = every(task)
    assert tuple(x.shape) == (40, *module.INPUT)
    assert tuple(y.shape) == (40, *module.TARGET)
    assert y.dtype == (torch.int64 if module.TARGET != module.OUTPUT else torch.float32)
    alone = [module.Synthetic(9, 1).__getitems__([at]) for at in (7, 3, 0)]
    for at, (one, target) in zip((7, 3, 0), alone, strict=True):
        assert torch.allclose(one[0].double(), x[at].double(), atol=1e-6)
        assert torch.equal(target[0], y[at])
    torch.manual_seed(5)
    again, _ = task.__getitems__([3, 39, 7])
    assert torch.allclose(again.double(), x[[3, 39, 7]].double(), atol=1e-6)


@pytest.mark.parametrize("name", TASKS)
def test_what_validates_is_not_what_trains(script, name):
    train, val = opened(script(name), "synthetic")
    x, _ = every(train)
    others, _ = every(val)
    assert (len(x), len(others)) == (200, 40)
    flat = torch.cat([x, others]).reshape(240, -1)
    assert len(flat.unique(dim=0)) == 240


def made_up(module, count=2000):
    """A task's samples to learn of and to be asked of, as NumPy has them."""
    return [(x.numpy(), y.numpy()) for x, y in (every(module.Synthetic(n, seed)) for n, seed in ((count, 1), (400, 2)))]


@pytest.mark.parametrize("name", ["planes", "plane", "row", "volume", "digits", "pair", "colour"])
def test_the_nearest_mean_tells_the_classes_apart(script, name):
    module = script(name)
    (x, y), (asked, answers) = made_up(module)
    classes = module.OUTPUT[0]
    counts = np.bincount(y, minlength=classes)
    assert counts.min() > 0.7 * counts.mean()
    means = np.stack([x[y == c].mean(0).ravel() for c in range(classes)])
    distances = ((asked.reshape(len(asked), 1, -1) - means) ** 2).sum(-1)
    assert (distances.argmin(1) == answers).mean() > 0.95


def linear(x: np.ndarray, y: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """What the least squares of some samples say of others."""
    x, asked = (np.concatenate([part.reshape(len(part), -1), np.ones((len(part), 1))], 1) for part in (x, asked))
    return asked @ np.linalg.lstsq(x, y, rcond=None)[0]


def test_patterns_of_questions_are_there_or_taken_away(script):
    weights, answers = script("questions").drawn(50, torch.Generator().manual_seed(0))
    assert weights.unique().tolist() == [-1, 1]
    assert torch.equal(answers == 1, weights > 0)


@pytest.mark.parametrize("name", ["questions", "angles", "drawn"])
def test_numbers_are_linear_in_what_is_seen(script, name):
    (x, y), (asked, answers) = made_up(script(name))
    told = linear(x, y.reshape(len(y), -1), asked).reshape(answers.shape)
    if name == "questions":
        assert ((told > 0.5) == (answers > 0.5)).mean() > 0.95
        assert abs(answers.mean() - 0.5) < 0.05
    else:
        assert ((told - answers) ** 2).mean() < 0.05 * answers.var()


@pytest.mark.parametrize("name", ["tokens", "asked"])
def test_words_tell_their_kind(script, name):
    (x, y), (asked, answers) = made_up(script(name), 4000)
    y, answers = (part.astype(int).reshape(len(part)) for part in (y, answers))
    bags, others = (np.stack([np.bincount(row, minlength=50) for row in part]) for part in (x, asked))
    scores = linear(bags, np.eye(3)[y], others)
    assert (scores.argmax(1) == answers).mean() > 0.95
    assert np.bincount(y).min() > 0.8 * len(y) / (y.max() + 1)


def test_every_word_tells_its_kind_where_each_is_asked(script):
    (x, y), (asked, answers) = made_up(script("tagged"), 500)
    kinds = np.zeros(50, int)
    kinds[x.ravel()] = y.ravel()
    assert (kinds[asked] == answers).mean() == 1


@pytest.mark.parametrize(("name", "low"), [("dense", 2), ("mask", 0), ("depth", 0)])
def test_a_cells_target_is_where_it_looks(script, name, low):
    module = script(name)
    (x, y), (asked, answers) = made_up(module, 100)
    rows, columns = module.OUTPUT[1:]
    assert list(module.CENTRES) == [(float(low), 1.0)] * 2
    x, asked = (part[:, :, low : low + rows, low : low + columns] for part in (x, asked))
    x, asked = (np.moveaxis(part, 1, -1).reshape(-1, module.INPUT[0]) for part in (x, asked))
    if name == "dense":
        y, answers = y.ravel(), answers.ravel()
        means = np.stack([x[y == c].mean(0) for c in range(3)])
        told = ((asked[:, None] - means) ** 2).sum(-1).argmin(1)
        assert (told == answers).mean() > 0.95
        return
    y, answers = (np.moveaxis(part, 1, -1).reshape(-1, module.OUTPUT[0]) for part in (y, answers))
    told = linear(x, y, asked)
    if name == "mask":
        assert ((told > 0.5) == (answers > 0.5)).mean() > 0.95
    else:
        assert ((told - answers) ** 2).mean() < 0.2 * answers.var()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # 572 - 388 = 184 cells are lost, alike at both ends
        ("unet", [(92.0, 1.0)] * 2),
        ("unet-padded", [(0.0, 1.0)] * 2),
        # 1 sees one, each of the ten layers sees as much again, all of it behind
        ("wavenet-stack", [(-1023 / 2, 1.0)]),
        ("series", [(1.0, 1.0)]),
    ],
)
def test_cells_look_where_a_hand_computation_says(name, expected):
    assert list(centres(cnncalc.load(name).outputs[0])) == expected


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("conv 2 3x3 stride 2 pad 1", (0.0, 2.0)),
        ("avgpool 2x2", (0.5, 2.0)),
        ("avgpool 2x2\nupsample 2", (0.0, 1.0)),
        ("avgpool 2x2\ndeconv 2 4x4 stride 2 pad 1", (0.0, 1.0)),
        ("avgpool 2x2\ndeconv 2 2x2 stride 2", (0.0, 1.0)),
        ("deconv 2 3x3 pad 1", (0.0, 1.0)),
        ("conv 2 3x3 dilation 2", (2.0, 1.0)),
        ("conv 2 4x4 pad 3:0", (-1.5, 1.0)),
    ],
)
def test_cells_look_where_their_gradients_are(layers, expected):
    network = cnncalc.loads(
        "INPUT: 16x16x1\n" + "".join(f"L{n}: {line}\n" for n, line in enumerate(layers.split("\n")))
    )
    assert list(centres(network.outputs[0])) == [expected] * 2
    space: dict[str, object] = {}
    exec(compile(network.torch_source(), "<module>", "exec"), space)
    net = next(v for v in space.values() if isinstance(v, type) and issubclass(v, torch.nn.Module))()
    for parameter in net.parameters():
        torch.nn.init.ones_(parameter)
    x = torch.rand(1, 1, 16, 16).requires_grad_()
    firsts = []
    for cell in (4, 5):  # of what is laid down two apart, neighbours look aside in turn
        [gradient] = torch.autograd.grad(net(x)[..., cell].sum(), x)
        columns = gradient[0, 0].sum(0).nonzero().flatten().tolist()
        firsts.append((columns[0] + columns[-1]) / 2 - expected[1] * cell)
    assert sum(firsts) / 2 == expected[0]


def test_cells_of_what_sees_everything_are_spread_evenly():
    network = cnncalc.loads("INPUT: 16x16x1\nFC1: 9\nRESHAPE: 3x3x1\n")
    assert list(centres(network.outputs[0])) == [pytest.approx((13 / 6, 16 / 3))] * 2


def test_a_thousand_classes_of_large_images_take_little_room(script):
    task = script("thousand").Synthetic(1_281_167, 1)
    x, y = task.__getitems__([0, 1_281_166])
    assert x.shape == (2, 3, 227, 227)
    held = sum(value.numel() * value.element_size() for value in (task.patterns, task.noise.row, *task.axes))
    assert held < 3_000_000
    assert int(y.max()) < 1000


def test_scripts_for_tokens_have_nothing_that_makes_maps_fit(script):
    assert not {"fitted", "centred", "resized"} & vars(script("tokens")).keys()
    assert {"fitted", "centred", "resized"} <= vars(script("planes")).keys()
