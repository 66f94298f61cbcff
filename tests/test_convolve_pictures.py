"""What `cnncalc convolve -o FILE.png` draws, pixel by pixel, and how a series is drawn in characters."""

import numpy as np
import pytest
from PIL import Image

from cnncalc.render.plot import HEIGHT, drawn

CHANCE = np.random.default_rng(8)
COLOURS = CHANCE.integers(0, 256, (70, 80, 3)).astype(np.uint8)
GREYS = COLOURS[..., 0]
BLUE = (176, 196, 222)


def smooth(cells):
    """Sobel's kernel for what grows to the right, by sums of slices."""
    down = cells[:-2].astype(float) + 2 * cells[1:-1].astype(float) + cells[2:]
    return down[:, 2:] - down[:, :-2]


def pixels(levels):
    return np.clip(levels, 0, 255).round().astype(np.uint8)


def sheet(*panels):
    """Panels beside one another, 8 light blue pixels between them, the same below those that are lower."""
    colours = [np.stack([panel] * 3, -1) if panel.ndim == 2 else panel for panel in panels]
    height = max(len(panel) for panel in colours)
    parts = []
    for panel in colours:
        full = np.full((height, panel.shape[1], 3), BLUE, np.uint8)
        full[: len(panel)] = panel
        parts += [full, np.full((height, 8, 3), BLUE, np.uint8)]
    return np.concatenate(parts[:-1], 1)


@pytest.fixture
def picture(run, tmp_path):
    """What a command draws, as (height, width, 3)."""

    def call(cells, *arguments, file="out.png"):
        Image.fromarray(cells).save(tmp_path / "x.png")
        done = run("convolve", "x.png", *arguments, "-o", file)
        assert done.status == 0, done.err
        assert done.err == f"cnncalc: wrote {file}\n"
        return np.asarray(Image.open(tmp_path / file).convert("RGB"))

    return call


def test_what_falls_below_zero_has_grey_for_zero(picture):
    edges = smooth(GREYS)
    far = abs(edges).max()
    assert (
        picture(GREYS, "--kernel", "sobel-x").tolist() == sheet(GREYS, pixels((edges + far) / (2 * far) * 255)).tolist()
    )


def test_what_does_not_has_black_for_zero(picture):
    sums = GREYS[:, :-1].astype(float) + GREYS[:, 1:]
    assert picture(GREYS, "--kernel", "1 1").tolist() == sheet(GREYS, pixels(sums / sums.max() * 255)).tolist()


def test_what_keeps_the_brightness_is_drawn_like_the_picture(picture):
    mean = (GREYS[:, :-1].astype(float) + GREYS[:, 1:]) / 2
    assert picture(GREYS, "--kernel", "blur 2x1").tolist() == sheet(GREYS, pixels(mean)).tolist()
    cells = GREYS.astype(float)
    sharp = 5 * cells[1:-1, 1:-1] - cells[:-2, 1:-1] - cells[2:, 1:-1] - cells[1:-1, :-2] - cells[1:-1, 2:]
    assert sharp.min() < 0
    assert sharp.max() > 255
    assert picture(GREYS, "--kernel", "sharpen").tolist() == sheet(GREYS, pixels(sharp)).tolist()


def test_what_has_a_bias_is_on_a_scale_of_its_own(picture):
    cells = GREYS.astype(float) + 100
    found = picture(GREYS, "--kernel", "identity 1", "--bias", "100")
    assert found.tolist() == sheet(GREYS, pixels(cells / cells.max() * 255)).tolist()


def test_colours_stay_colours_where_channels_are_taken_by_themselves(picture):
    edges = smooth(COLOURS)
    far = abs(edges).max()
    found = picture(COLOURS, "--kernel", "sobel-x", "--kernel", "identity")
    expected = sheet(COLOURS, pixels((edges + far) / (2 * far) * 255), COLOURS[1:-1, 1:-1])
    assert found.tolist() == expected.tolist()
    pooled = COLOURS.reshape(35, 2, 40, 2, 3).max((1, 3))
    assert picture(COLOURS, "--pool", "max 2x2").tolist() == sheet(COLOURS, pooled).tolist()
    mean = COLOURS.reshape(35, 2, 40, 2, 3).mean((1, 3))
    weighted = picture(COLOURS, "--pool", "weighted", "--kernel", "2 2 / 2 2")
    assert weighted.tolist() == sheet(COLOURS, pixels(mean)).tolist()


def test_a_filter_over_all_channels_draws_one_map(picture):
    total = COLOURS.astype(float) @ [1, 2, 3]
    found = picture(COLOURS, "--kernel", "1 | 2 | 3")
    assert found.tolist() == sheet(COLOURS, pixels(total / total.max() * 255)).tolist()


def test_channels_that_are_no_colours_are_drawn_one_by_one(run, tmp_path):
    x = np.stack([GREYS, GREYS // 2]).astype(float)
    np.save(tmp_path / "x.npy", x)
    run("convolve", "x.npy", "--kernel", "0 | 1", "-o", "out.png")
    first, second = (pixels(each / GREYS.max() * 255) for each in x)
    assert np.asarray(Image.open(tmp_path / "out.png")).tolist() == sheet(first, second, second).tolist()


def test_small_maps_are_drawn_with_large_pixels_all_alike(run, tmp_path):
    run("convolve", "0 1 2 / 3 4 5", "--kernel", "1 1", "-o", "out.png")
    times = 86
    levels = [pixels(np.array(rows) / top * 255) for rows, top in (([[0, 1, 2], [3, 4, 5]], 5), ([[1, 3], [7, 9]], 9))]
    expected = sheet(*[each.repeat(times, 0).repeat(times, 1) for each in levels])
    assert np.asarray(Image.open(tmp_path / "out.png")).tolist() == expected.tolist()
    row = " ".join(["1"] * 64)
    run("convolve", f"{row} / {row}", "--kernel", "1 1", "-o", "out.png")
    assert Image.open(tmp_path / "out.png").size == (64 + 8 + 63, 2)


def test_one_bit_and_sixteen_bits_are_drawn_to_their_own_white(picture):
    assert set(picture(GREYS > 99, "--kernel", "identity").ravel()) == {0, 255, *BLUE}
    deep = GREYS.astype(np.uint16) * 200
    assert picture(deep, "--kernel", "identity 1").tolist() == sheet(*[pixels(deep / deep.max() * 255)] * 2).tolist()


@pytest.mark.parametrize("value", [0, 7])
def test_a_picture_of_one_level_is_drawn(picture, value):
    flat = np.full((70, 70), value, np.uint8)
    found = picture(flat, "--kernel", "sobel-x")
    assert found.tolist() == sheet(flat, np.zeros((68, 68), np.uint8)).tolist()


def test_numbers_of_any_size_are_drawn_without_a_word(run, tmp_path):
    done = run("convolve", "-1e308 1e308 / 0 0", "--kernel", "1", "-o", "out.png")
    assert done.err == "cnncalc: wrote out.png\n"
    assert np.asarray(Image.open(tmp_path / "out.png"))[0, 0].tolist() == [0, 0, 0]
    done = run("convolve", "-5 3 / 1 2", "--pool", "max 2x2 stride 1 dilation 2 pad 1", "-o", "out.png")
    assert "wrote out.png" in done.err


@pytest.mark.parametrize("suffix", ["jpg", "JPEG", "bmp", "gif", "webp", "tiff", "ppm"])
def test_pictures_of_every_format_are_written(picture, suffix):
    found = picture(GREYS, "--kernel", "blur", file=f"out.{suffix}")
    assert found.shape == (70, 80 + 8 + 78, 3)
    lossy = suffix in ("jpg", "JPEG", "webp", "gif")
    assert abs(found[:, :80, 0].astype(int) - GREYS).mean() <= (30 if lossy else 0)


def test_a_picture_that_cannot_be_written_is_told(run, tmp_path):
    done = run("convolve", "1 2 / 3 4", "--kernel", "1", "-o", "none/out.png")
    assert (done.status, done.out, done.err) == (2, "", "cnncalc: none/out.png: No such file or directory\n")
    Image.fromarray(GREYS).save(tmp_path / "x.png")
    done = run("convolve", "x.png", "--kernel", "blur", "-o", "x.png")
    assert done.err == "cnncalc: x.png is read; write to another file\n"
    done = run("convolve", "1 2 // 3 4", "--kernel", "1", "-o", "out.png")
    assert done.err == "cnncalc: out.png: a picture has 2 axes, and the input 3\n"


def test_a_picture_that_a_format_does_not_hold_is_told(run, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((1, 20_000)))
    for suffix, kind in {"webp": "WEBP", "jpg": "JPEG"}.items():
        done = run("convolve", "x.npy", "--kernel", "1 1", *["--kernel", "1 0"] * 3, "-o", f"out.{suffix}")
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith(f"cnncalc: out.{suffix}: a picture of 100028x1 is no {kind}: ")


# Series in characters


def chart(values, width=200):
    """The rows of a drawing without labels."""
    lines = [line for _, line in drawn([("it", values)], width)][2:]
    assert len(lines) == HEIGHT
    return [line.partition("|")[2] for line in lines]


def placed(values):
    """Where each number stands, worked out by itself: column -> row."""
    low, high = min(values), max(values)
    return [round((high - value) / (high - low) * (HEIGHT - 1)) if high > low else HEIGHT // 2 for value in values]


@pytest.mark.parametrize("values", [[1, 2, 3], [0, 8, 0, 4], [5], [2, 2, 2], [-1.5, 0.25, 9, 9, -3], list(range(40))])
def test_every_number_has_a_star_in_its_row(values):
    rows = chart(values)
    stars = {(row, column) for row, line in enumerate(rows) for column, sign in enumerate(line) if sign == "*"}
    assert stars == {(row, column) for column, row in enumerate(placed(values))}


def test_what_is_between_two_numbers_is_dotted():
    assert chart([0, 8]) == [" *", *[" :"] * 7, "*"]
    assert chart([8, 0, 8])[4] == " ::"


def test_the_largest_and_the_least_are_written_at_the_side():
    lines = [line for _, line in drawn([("before", [1, -20]), ("after", [300.5])], 80)]
    assert lines[1] == "before"
    assert lines[2].startswith("  300.5 |")
    assert lines[2 + HEIGHT - 1] == "    -20 | *"
    assert lines[2 + HEIGHT + 1] == "after"


@pytest.mark.parametrize("width", [20, 21, 40, 79])
def test_the_axis_is_straight_where_means_are_longer_than_numbers(width):
    digits = [[(7 * i + i // 3) % 10 for i in range(300)], [1.0]]
    lines = [line for _, line in drawn([("a", digits[0]), ("b", digits[1])], width)]
    rows = [line for line in lines if "|" in line]
    assert len(rows) == 2 * HEIGHT and len({line.index("|") for line in rows}) == 1
    assert max(map(len, rows)) <= width


def test_a_long_series_is_drawn_by_the_means_of_neighbours():
    lines = [line for _, line in drawn([("it", [0, 2, 4, 6, 8, 10, 12, 14, 16])], 10)]
    assert lines[1] == "it, each * the mean of 3 numbers"
    assert lines[2] == "  14 |  *"
    assert lines[-1] == "   2 |*"
    assert all(len(line) <= 20 for line in lines[2:])
    hundreds = [line for _, line in drawn([("it", list(range(1000)))], 1 << 20)]
    assert hundreds[1] == "it, each * the mean of 10 numbers"


def test_what_is_below_all_numbers_stands_at_the_bottom():
    assert chart([1, float("-inf"), 3])[-1] == "**"
    assert [len(line) for line in chart([float("-inf")])] == [0, 0, 0, 0, 1, 0, 0, 0, 0]
