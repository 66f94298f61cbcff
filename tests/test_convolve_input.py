"""The input of `cnncalc convolve`: numbers in every notation, files, arrays and pictures, and what is none of them."""

import io
import os
import struct
import sys
import zlib

import numpy as np
import pytest
from ending import ending
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from cnncalc.syntax.numbers import Unread, block, factor, nested

HEADINGS = "leave out a line of headings, or put # before it"

# Text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 0 2", [[[[1, 0, 2]]]]),
        ("1,0, 2\t-3", [[[[1, 0, 2, -3]]]]),
        ("1 0 / 2 3", [[[[1, 0], [2, 3]]]]),
        ("1 0/2 3/", [[[[1, 0], [2, 3]]]]),
        ("1 0\n2 3\n", [[[[1, 0], [2, 3]]]]),
        ("1 0\r\n2 3\r\n", [[[[1, 0], [2, 3]]]]),
        ("1 0\r2 3\r", [[[[1, 0], [2, 3]]]]),
        ("# rows\n1 0 # first\n2 3", [[[[1, 0], [2, 3]]]]),
        ("1 0\n# between\n2 3", [[[[1, 0], [2, 3]]]]),
        ("1 0 | 2 3", [[[[1, 0]]], [[[2, 3]]]]),
        ("1 0\n\n2 3", [[[[1, 0]]], [[[2, 3]]]]),
        ("\n1 0\n \n\n2 3\n\n", [[[[1, 0]]], [[[2, 3]]]]),
        ("1 0 // 2 3", [[[[1, 0]], [[2, 3]]]]),
        ("1 0\n//\n2 3", [[[[1, 0]], [[2, 3]]]]),
        ("1 2 / 3 4 // 5 6 / 7 8 | 1 1 / 1 1 // 1 1 / 1 1", [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[[1, 1]] * 2] * 2]),
        ("+1 .5 -2. 1e2 1E-1", [[[[1, 0.5, -2, 100, 0.1]]]]),
    ],
)
def test_numbers_are_read_in_every_notation(text, expected):
    assert block(text).tolist() == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there are no numbers"),
        (" / | //", "there are no numbers"),
        ("1 2 / 3", "row 2 ('3') has 1 number, row 1 ('1 2') has 2"),
        ("1 2 3/4 5", "row 2 ('4 5') has 2 numbers, row 1 ('1 2 3') has 3"),
        ("1 2\n3 4\n5 6 7", "line 3 ('5 6 7') has 3 numbers, line 1 ('1 2') has 2"),
        ("\n1 2\n3", "line 3 ('3') has 1 number, line 2 ('1 2') has 2"),
        ("1 2 / 3 4 | 5 6", "channel 1 has 1 row, channel 0 has 2"),
        ("1 // 2 | 3", "channel 1 has 1 slice, channel 0 has 2"),
        ("1 / 2 // 3", "slice 1 of channel 0 has 1 row, slice 0 of channel 0 has 2"),
        ("1 two", "'two' in row 1 is no number"),
        ("a b\n1 2", f"'a' in line 1 is no number, and nothing in that line is: {HEADINGS}"),
        ('1 "2"', "'\"2\"' in row 1 is no number: leave out the quotes"),
        ("1 2\n3 x", "'x' in line 2 is no number"),
        ("nan", "'nan' in row 1 is no number"),
        ("-inf", "'-inf' in row 1 is no number"),
        ("1_000", "'1_000' in row 1 is no number"),
        ("0x1", "'0x1' in row 1 is no number"),
        ("1 e5", "'e5' in row 1 is no number"),
        ("1 - 2", "'-' in row 1 is no number"),
        ("1e999", "'1e999' in row 1 is too large: numbers end at 1.8e308"),
        ("1,,2", "in row 1 nothing stands before or behind a comma: write 0 where there is nothing"),
        ("1,2,", "in row 1 nothing stands before or behind a comma: write 0 where there is nothing"),
        (
            "1;2",
            "'1;2' in row 1 is no number: ';' parts nothing; "
            "write a decimal point, commas between numbers, / between rows",
        ),
        ("\u22121 2", "'\u22121' in row 1 is no number: '\u2212' is MINUS SIGN, write -"),
        ("\u20131", "'\u20131' in row 1 is no number: '\u2013' is EN DASH, write -"),
        ("\uff11", "'\uff11' in row 1 is no number: '\uff11' is FULLWIDTH DIGIT ONE"),
        ("\ue000", "'\ue000' in row 1 is no number: '\ue000' is a character without a name"),
        ("a" * 99, f"'{'a' * 30}...' in row 1 is no number"),
    ],
    ids=range(28),
)  # fmt: skip
def test_text_that_is_no_numbers_is_told_where_and_why(text, message):
    with pytest.raises(Unread) as caught:
        block(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1 2]", [1, 2]),
        ("[[1., 2],[3, -4]]", [[1, 2], [3, -4]]),
        ("[[1 2]\n [3 4]]", [[1, 2], [3, 4]]),
        ("[[[1]]]", [[[1]]]),
        ("[[1, 2], # [first]\n [3, 4]] # end", [[1, 2], [3, 4]]),
    ],
)
def test_brackets_nest_as_in_numpy(text, expected):
    assert nested(text).tolist() == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "there are no numbers"),
        ("[[], []]", "there are no numbers"),
        ("[1 2", "brackets do not match: one pair stands around all, as in [[1, 0], [0, 1]]"),
        ("1]", "brackets do not match: one pair stands around all, as in [[1, 0], [0, 1]]"),
        ("[1] [2]", "brackets do not match: one pair stands around all, as in [[1, 0], [0, 1]]"),
        ("[[1 2] [3]]", "bracket 2 of depth 2 has 1 entry, bracket 1 of depth 2 has 2"),
        ("[[1] 2]", "brackets and numbers stand side by side"),
        ("[x]", "'x' in brackets is no number"),
        ("[1,,2]", "in brackets nothing stands before or behind a comma: write 0 where there is nothing"),
        ("[[1, 2], ]", "in brackets nothing stands before or behind a comma: write 0 where there is nothing"),
        ("[" * 6 + "1" + "]" * 6, "brackets nest deeper than 5: filters, channels and three axes"),
        ("[" * 100_000, "brackets nest deeper than 5: filters, channels and three axes"),
    ],
    ids=range(12),
)
def test_brackets_that_hold_no_block_are_told(text, message):
    with pytest.raises(Unread) as caught:
        nested(text)
    assert str(caught.value) == message


def test_factors_that_grow_numbers_too_large_are_told(run):
    done = run("convolve", "1e300 * 1e300 2", "--kernel", "1")
    assert done.err == "cnncalc: the input: numbers times 1e+300 are too large: numbers end at 1.8e308\n"
    done = run("convolve", "1/1e-300 * 1e300 2", "--kernel", "1")
    assert done.err == "cnncalc: the input: numbers times 1e+300 are too large: numbers end at 1.8e308\n"
    assert run("convolve", "1/10 * 1 7", "--kernel", "1", "--format", "csv").out == "0.1,0.7\n"


def test_a_factor_stands_before_a_kernel():
    assert factor("1/16 * 1 2 1") == (1, 16, " 1 2 1")
    assert factor(" -0.5*1") == (-0.5, 1, "1")
    assert factor("# a kernel\n1/2 *\n1 2") == (1, 2, "\n\n1 2")
    assert factor("1 2 / 3 4") == (1, 1, "1 2 / 3 4")
    with pytest.raises(Unread, match=r"^'1/0 \*' divides by 0$"):
        factor("1/0 * 1")
    with pytest.raises(Unread, match=r"^'x' before the '\*' is no number$"):
        factor("x * 1")


values = st.floats(-1e6, 1e6, width=32) | st.integers(-9, 9)
blocks = arrays(float, st.tuples(*[st.integers(1, 3)] * 4), elements=values)


@given(blocks, st.sampled_from([" ", ",", "\t", " , "]), st.sampled_from(["/", " / ", "\n", "\r\n", "/\n"]))
def test_what_is_written_is_read_again(cells, space, row):
    def joined(parts, between):
        return between.join(parts)

    text = joined(
        (joined((joined((joined(map(repr, r), space) for r in s.tolist()), row) for s in c), " // ") for c in cells),
        " | ",
    )
    assert block(text).tolist() == cells.tolist()
    assert nested(repr(cells.tolist())).tolist() == cells.tolist()
    assert nested(np.array2string(cells, threshold=10**6, floatmode="unique")).tolist() == cells.tolist()


@given(st.text(alphabet="0123456789.,-+eE/|#* \n\t[]xä\0;\u2212", max_size=30))
def test_no_text_ends_otherwise_than_read_or_unread(text):
    for reader in (block, nested, factor):
        try:
            reader(text)
        except Unread as error:
            assert str(error)


# Files


@pytest.fixture
def read(run):
    """The numbers of an input, (channels, *extents)."""

    def call(*arguments, stdin=b""):
        done = run("convolve", *arguments, "--kernel", "identity 1", "-o", "read.npy", "--format", "csv", stdin=stdin)
        assert done.status == 0, done.err
        return np.load("read.npy")

    return call


def test_files_of_text_are_read(read, tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xef\xbb\xbf1,2\r\n3,4\r\n")
    assert read("x.csv").tolist() == [[[1, 2], [3, 4]]]
    (tmp_path / "x.txt").write_text("[[1 2]\n [3 4]]\n")
    assert read("x.txt").tolist() == [[[1, 2], [3, 4]]]
    (tmp_path / "column.txt").write_text("1\n2\n3\n")
    assert read("column.txt").tolist() == [[1, 2, 3]]
    assert read("column.txt", "--rank", "2").tolist() == [[[1], [2], [3]]]
    (tmp_path / "said.txt").write_text("# numbers\n1 2 3 # [a]\n")
    assert read("said.txt").tolist() == [[1, 2, 3]]
    assert read("-", stdin=b"1 2 3").tolist() == [[1, 2, 3]]
    assert read("1 2 3", "--rank", "2").tolist() == [[[1, 2, 3]]]
    assert read("1 2 3", "--rank", "3").tolist() == [[[[1, 2, 3]]]]


def test_numbers_come_before_a_file_of_that_name_and_a_file_before_a_kernels_name(run, read, tmp_path):
    (tmp_path / "1").write_text("7 7")
    assert read("1").tolist() == [[1]]
    assert read("./1").tolist() == [[7, 7]]
    (tmp_path / "blur").write_text("5")
    assert run("convolve", "1 2", "--kernel", "blur", "--format", "csv").out == "5,10\n"


@pytest.mark.parametrize(
    ("shape", "rank", "expected"),
    [((4,), "", (1, 4)), ((2, 3), "", (1, 2, 3)), ((2, 3), "1", (2, 3)), ((2, 3, 4), "", (2, 3, 4)),
     ((2, 3, 4), "3", (1, 2, 3, 4)), ((2, 3, 4, 5), "", (2, 3, 4, 5))],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["float64", "float16", "int8", "uint16", "bool"])
def test_arrays_are_read_by_their_axes(read, tmp_path, shape, rank, expected, kind):
    array = (np.arange(np.prod(shape)) % 5).astype(kind).reshape(shape)
    np.save(tmp_path / "x.npy", array)
    found = read("x.npy", *(["--rank", rank] if rank else []))
    assert found.shape == expected
    assert found.ravel().tolist() == array.ravel().tolist()


def saved(array, **options):
    data = io.BytesIO()
    np.save(data, array, **options)
    return data.getvalue()


def zipped():
    data = io.BytesIO()
    np.savez(data, a=np.ones(2))
    return data.getvalue()


def png(image):
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def grey(size=(4, 3)):
    return Image.fromarray(np.arange(size[0] * size[1]).astype(np.uint8).reshape(size[1], size[0]))


NO_PICTURE = "neither numbers, nor a .npy array, nor a picture of a format that Pillow reads"
BAD = {
    "empty": (b"", "there are no numbers"),
    "words": (b"time,value\n1,2\n", f"'time' in line 1 is no number, and nothing in that line is: {HEADINGS}"),
    "semicolons": (b"1;2\r\n3;4\r\n", "'1;2' in line 1 is no number: ';' parts nothing; write a decimal point, "),
    "quotes": (b'"1","2"\n"3","4"', "'\"1\"' in line 1 is no number: leave out the quotes"),
    "semicolons in headings": (b"x;y\n1;2", f"'x;y' in line 1 is no number, and nothing in that line is: {HEADINGS}"),
    "ragged": (b"1,2\n3\n", "line 2 ('3') has 1 number, line 1 ('1,2') has 2"),
    "bytes": (bytes(range(256)), NO_PICTURE),
    "latin": (b"1 2 \xe9", NO_PICTURE),
    "zip": (zipped(), "a ZIP file, as .npz are: write the one array that is meant with numpy.save"),
    "pickled": (saved(np.array([{}]), allow_pickle=True), "an array of Python objects: numbers are wanted"),
    "short": (saved(np.ones(9))[:-5], "a damaged .npy file: "),
    "magic alone": (b"\x93NUMPY", "a damaged .npy file: "),
    "promising": (saved(np.ones(9)).replace(b"(9,)", b"(9999999999,)"), "a damaged .npy file: "),
    "structured": (saved(np.zeros(2, "i4,f8")), "an array of [('f0', '<i4'), ('f1', '<f8')]: numbers are wanted"),
    "complex": (saved(np.ones(2, complex)), "an array of complex128: numbers are wanted, whole or with a point"),
    "text": (saved(np.array(["a"])), "an array of <U1: numbers are wanted, whole or with a point"),
    "nan": (saved(np.array([[1, np.nan]])), "the number at [0, 1] is nan; all must be finite"),
    "inf": (saved(np.array([np.inf])), "the number at [0] is inf; all must be finite"),
    "nothing": (saved(np.zeros((0, 3))), "an array of (0, 3) holds no numbers"),
    "one number": (saved(np.float64(3)), "an array of 0 axes (): 1 to 4 are read"),
    "five axes": (saved(np.ones((1, 1, 1, 1, 2))), "an array of 5 axes (1x1x1x1x2): 1 to 4 are read"),
    "cut png": (png(grey((99, 99)).rotate(7))[:300], "the picture is damaged: "),
    "large": (b"P5 9000 9000 255\n", "the picture has 9000x9000x1 = 81,000,000 numbers, more than 50,000,000"),
    "bomb": (b"P6 30000 30000 255\n", "the picture has 30000x30000x3 = 2,700,000,000 numbers, more than "),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("suffix", ["csv", "npy", "png"])
def test_files_of_something_else_are_told_whatever_they_are_called(run, tmp_path, name, suffix):
    data, message = BAD[name]
    (tmp_path / f"x.{suffix}").write_bytes(data)
    done = run("convolve", f"x.{suffix}", "--kernel", "1")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"cnncalc: x.{suffix}: {message}")


@pytest.mark.parametrize("axes", ["WxHxC", "CxHxW", "HxWxC", "CxWxH"])
def test_pictures_have_their_own_axes(run, tmp_path, axes):
    Image.fromarray(np.arange(4 * 3 * 3, dtype=np.uint8).reshape(4, 3, 3)).save(tmp_path / "x.png")
    done = run("convolve", "x.png", "--pool", "max 1", "--format", "csv", "--axes", axes)
    assert (done.status, done.err) == (0, "")
    values = np.array([[int(cell) for cell in line.split(",")] for line in done.out.split()])
    assert (values.reshape(3, 4, 3) == np.arange(36).reshape(4, 3, 3).transpose(2, 0, 1)).all()


def test_an_array_that_looks_like_a_photograph_is_told(run, tmp_path):
    for name, shape in {"photo": (80, 120, 3), "maps": (3, 80, 120), "few": (4, 9, 3), "deep": (8, 8, 8, 3)}.items():
        np.save(tmp_path / f"{name}.npy", np.ones(shape))
    told = "cnncalc: photo.npy, 80x120x3, is read as 80 channels; --axes HxWxC reads the last axis as 3\n"
    assert run("convolve", "photo.npy", "--kernel", "blur").err == told
    assert run("convolve", "photo.npy", "--kernel", "1 1").err.startswith(told)
    assert run("convolve", "photo.npy", "--kernel", "blur", "--axes", "HxWxC").err == ""
    for name in ("maps", "few", "deep"):
        assert run("convolve", f"{name}.npy", "--pool", "max 2").err.count("cnncalc") == 0


def test_colours_of_sixteen_bits_are_refused(run, tmp_path):
    """Pillow would read 8 of them."""
    rows = b"".join(b"\0" + struct.pack(">6H", *range(i, i + 6000, 1000)) for i in (0, 7))
    chunks = (b"IHDR" + struct.pack(">2I5B", 2, 2, 16, 2, 0, 0, 0), b"IDAT" + zlib.compress(rows), b"IEND")
    parts = (struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in chunks)
    (tmp_path / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    (tmp_path / "x.ppm").write_bytes(b"P6 2 1 65535\n" + struct.pack(">6H", *range(0, 6000, 1000)))
    for name in ("x.png", "x.ppm"):
        said = "its colours have 16 bits, and pictures of 8 are read: save the array with numpy.save"
        assert run("convolve", name, "--kernel", "1") == (2, "", f"cnncalc: {name}: {said}\n")


def test_of_several_pictures_the_first_is_read(run, tmp_path):
    frames = [Image.fromarray(np.full((2, 3), level, np.uint8)) for level in (7, 8, 9)]
    frames[0].save(tmp_path / "x.tiff", save_all=True, append_images=frames[1:])
    done = run("convolve", "x.tiff", "--pool", "max 1", "--format", "csv")
    assert done == (0, "7,7,7\n7,7,7\n", "cnncalc: of 3 pictures in the file the first is read\n")


def test_a_picture_of_floats_has_finite_ones(run, tmp_path):
    Image.fromarray(np.array([[0, 1], [np.nan, 2]], np.float32)).save(tmp_path / "x.tiff")
    said = "cnncalc: x.tiff: the number at [0, 1, 0] is nan; all must be finite\n"
    assert run("convolve", "x.tiff", "--kernel", "1").err == said


def test_a_file_that_cannot_be_read_is_told(run, tmp_path):
    assert (
        run("convolve", ".", "--kernel", "1").err
        == "cnncalc: . is a folder; name a file of numbers or a picture in it\n"
    )
    os.symlink("nowhere", tmp_path / "link")
    assert run("convolve", "link", "--kernel", "1").err == "cnncalc: link: a link to nothing\n"
    os.mkfifo(tmp_path / "pipe")
    assert run("convolve", "pipe", "--kernel", "1").err == "cnncalc: pipe is a pipe, and nothing writes to it\n"
    assert run("convolve", "-", "--kernel", "1").err == "cnncalc: stdin: there are no numbers\n"
    (tmp_path / "x.csv").write_text("1 2 3\n" * 10)
    done = run("convolve", "x.csv", "--kernel", "1", "--limit", "bytes=20")
    assert done.err == "cnncalc: x.csv is larger than 20 bytes (--limit bytes=N raises the limit)\n"
    assert done.status == 2


@given(st.integers(0, 10**9))
@example(1122)
def test_a_damaged_file_ends_in_one_line(seed):
    from cnncalc.cli.arrays import Wanted, read
    from cnncalc.geometry import Order
    from cnncalc.source import Limits

    chance = np.random.default_rng(seed)
    whole = [png(grey()), png(grey().convert("RGB")), saved(np.arange(6)), b"1,2,3\n4,5,6\n"][seed % 4]
    data = bytearray(whole[: chance.integers(1, len(whole) + 1)])
    for _ in range(chance.integers(0, 4)):
        data[chance.integers(0, len(data))] = chance.integers(0, 256)
    try:
        assert read(bytes(data), Wanted(0, Order(), False, Limits())).values.size
    except Unread as error:
        assert str(error)


# Pictures


PIXELS = np.arange(12 * 5 * 3, dtype=np.uint8).reshape(12, 5, 3)
RGB = Image.fromarray(PIXELS)
CHANNELS = np.moveaxis(PIXELS, -1, 0).tolist()
STORED = {
    "RGB": (RGB, CHANNELS),
    "RGBA": (RGB.convert("RGBA"), CHANNELS),
    "L": (RGB.convert("L"), [np.asarray(RGB.convert("L")).tolist()]),
    "LA": (RGB.convert("LA"), [np.asarray(RGB.convert("L")).tolist()]),
    "1": (RGB.convert("1"), [np.asarray(RGB.convert("1")).astype(int).tolist()]),
    "P": (RGB.quantize(), np.moveaxis(np.asarray(RGB.quantize().convert("RGB")), -1, 0).tolist()),
    "I;16": (Image.fromarray(PIXELS[..., 0].astype(np.uint16) * 300), [(PIXELS[..., 0].astype(int) * 300).tolist()]),
}


@pytest.mark.parametrize("mode", STORED)
def test_pictures_are_read_as_they_are_stored(read, tmp_path, mode):
    image, expected = STORED[mode]
    assert image.mode == mode
    image.save(tmp_path / "x.png")
    assert read("x.png").tolist() == expected


@pytest.mark.parametrize("suffix", ["bmp", "ppm", "tiff", "webp", "gif", "csv"])
def test_pictures_of_every_format_are_read(read, tmp_path, suffix):
    options = {"format": "PNG"} if suffix == "csv" else {"lossless": True} if suffix == "webp" else {}
    image = RGB.quantize() if suffix == "gif" else RGB
    image.save(tmp_path / f"x.{suffix}", **options)
    expected = np.moveaxis(np.asarray(Image.open(tmp_path / f"x.{suffix}").convert("RGB")), -1, 0)
    assert read(f"x.{suffix}").tolist() == expected.tolist()


def test_a_portable_picture_of_text_is_a_picture(read, tmp_path):
    (tmp_path / "x.txt").write_text("P2\n3 2\n9\n0 1 2\n3 4 9\n")
    assert read("x.txt").shape == (1, 2, 3)


def test_a_picture_of_fractions_is_read(read, tmp_path):
    values = np.linspace(-1, 1, 6).astype(np.float32).reshape(2, 3)
    Image.fromarray(values).save(tmp_path / "x.tiff")
    assert read("x.tiff").tolist() == [values.astype(float).tolist()]


def test_a_photograph_is_turned_as_its_camera_was(read, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    grey((4, 2)).save(tmp_path / "x.png", exif=exif)
    assert read("x.png").tolist() == [np.rot90(np.arange(8).reshape(2, 4), -1).tolist()]


def test_colours_can_be_left_out(read, tmp_path):
    RGB.save(tmp_path / "x.png")
    expected = [np.asarray(RGB.convert("L")).tolist()]
    assert read("x.png", "--grey").tolist() == read("x.png", "--gray").tolist() == expected


@pytest.mark.parametrize("way", ["argument", "kernel", "file"])
@pytest.mark.parametrize("unit", ["1 ", "x.y ", "1;", "[", "1*", "/ ", "1,", "'1' ", "a b.c", "\n"])
def test_long_texts_of_no_numbers_are_told(run, tmp_path, unit, way):
    text = unit * (200_000 // len(unit)) + "x"
    (tmp_path / "x.txt").write_text(text)
    words = {"argument": (text, "--kernel", "1"), "kernel": ("1", "--kernel", text), "file": ("x.txt", "--kernel", "1")}
    with ending():
        done = run("convolve", *words[way])
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert len(done.err) < 200


def test_a_picture_of_a_palette_is_counted_by_what_it_gives(run, tmp_path):
    RGB.quantize().save(tmp_path / "x.png")
    assert run("convolve", "x.png", "--kernel", "blur", "--limit", "numbers=180").status == 0
    done = run("convolve", "x.png", "--kernel", "blur", "--limit", "numbers=179")
    assert done.err.startswith("cnncalc: x.png: the picture has 5x12x3 = 180 numbers, more than 179 (")
    assert run("convolve", "x.png", "--kernel", "blur", "--grey", "--limit", "numbers=60").status == 0


def test_a_picture_has_two_axes_and_is_no_kernel(run, tmp_path):
    RGB.save(tmp_path / "x.png")
    done = run("convolve", "x.png", "--kernel", "1", "--rank", "1")
    assert done.err == "cnncalc: x.png: a picture has 2 axes, and --rank 1 asks for 1\n"
    done = run("convolve", "1 2", "--kernel", "x.png")
    assert done.err == "cnncalc: x.png: a picture is no kernel: write its numbers\n"


def test_without_pillow_pictures_say_what_to_install(run, tmp_path, monkeypatch):
    RGB.save(tmp_path / "x.png")
    for name in [name for name in sys.modules if name.split(".")[0] == "PIL"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "PIL", None)
    done = run("convolve", "x.png", "--kernel", "blur")
    assert done.err == "cnncalc: x.png: no text and no .npy array; for pictures: pip install 'cnncalc[images]'\n"
    done = run("convolve", "1 2 / 3 4", "--kernel", "1", "-o", "y.png")
    assert done.err == "cnncalc: y.png: for pictures pip install 'cnncalc[images]'; without it .csv, .json, .npy\n"
    assert done.status == 2
    assert run("convolve", "1 2 / 3 4", "--kernel", "1", "--format", "csv").out == "1,2\n3,4\n"
