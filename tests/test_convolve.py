"""`cnncalc convolve` on the command line: the slides' examples, what is shown of them, and what is refused."""

import json
import random
import re

import numpy as np
import pytest
from test_cli import terminal

MATRIX = "1 0 2 1 -1 1 / 0 1 -1 1 0 2 / 1 0 0 0 -1 1 / 0 -1 -1 0 2 0 / 1 1 0 -2 1 0 / 0 0 1 -1 0 1"
BINARY = "1 1 1 0 0 / 0 1 1 1 0 / 0 0 1 1 1 / 0 0 1 1 0 / 0 1 1 0 0"
NINE = "1 2 3 / 4 5 6 / 7 8 9"
POOLED = "0 5 4 3 0 0 / 8 2 0 0 6 9 / 9 0 0 6 4 0 / 8 6 0 8 9 6 / 4 0 6 9 0 2 / 0 7 6 4 10 7"
FOUR = "1 1 2 4 / 5 6 7 8 / 3 2 1 0 / 1 2 3 4"
ONES = "1 1 / 1 1"
KERNEL = "-1 0 1 / 0 2 1 / 1 0 -1 | 1 1 1 / 1 1 1 / 1 1 1"


@pytest.fixture
def numbers(run):
    """The numbers that a command line gives: (channels, *extents) as lists."""

    def call(*arguments):
        done = run("convolve", *arguments, "--format", "json")
        assert done.status == 0, done.err
        return json.loads(done.out)["values"]

    return call


# The slides, by the arithmetic


SLIDES = {
    "1-D": (["1 0 2 3 5 1 2 3", "--kernel", "-1 2 1"], [[1, 7, 9, 8, -1, 6]]),
    "1-D padded": (["1 0 2 3 5 1 2 3", "--kernel", "-1 2 1", "--pad", "1"], [[2, 1, 7, 9, 8, -1, 6, 4]]),
    "1-D stride 2": (["1 0 2 3 5 1 2", "--kernel", "-1 2 1", "--pad", "1", "--stride", "2"], [[2, 7, 8, 3]]),
    "binary image": ([BINARY, "--kernel", "1 0 1 / 0 1 0 / 1 0 1"], [[[4, 3, 4], [2, 4, 3], [2, 3, 4]]]),
    "VALID": ([NINE, "--kernel", ONES, "--pad", "valid"], [[[12, 16], [24, 28]]]),
    "SAME": ([NINE, "--kernel", ONES, "--pad", "same"], [[[12, 16, 9], [24, 28, 15], [15, 17, 9]]]),
    "max 2x2/2": ([FOUR, "--pool", "max 2x2 stride 2"], [[[6, 8], [3, 4]]]),
    "max 2x2/2 as on slides": ([FOUR, "--pool", "maxpool 2x2/2"], [[[6, 8], [3, 4]]]),
    "max SAME": (["4 3 / 2 1", "--pool", "max 2x2", "--stride", "1", "--pad", "same"], [[[4, 3], [2, 1]]]),
    "max of 6x6": ([POOLED, "--pool", "max 2x2"], [[[8, 4, 9], [9, 8, 9], [7, 9, 10]]]),
}


@pytest.mark.parametrize("name", SLIDES)
def test_the_slides_examples(numbers, name):
    arguments, expected = SLIDES[name]
    assert numbers(*arguments) == expected


def test_the_first_row_of_the_matrix(numbers):
    (found,) = numbers(MATRIX, "--kernel", "-1 0 1 / 0 2 1 / 1 0 -1")
    # the slide prints 2 for the fourth window; its products are -1 + 0 + 1 + 0 + 0 + 2 + 0 + 0 - 1 = 1
    assert found[0] == [3, 0, 0, 1]
    assert found[1][0] == 0


def test_filters_of_ones_tens_and_minus_ones(numbers):
    kernels = [word for text in (ONES, "10 10 / 10 10", "-1 -1 / -1 -1") for word in ("--kernel", text)]
    same = np.array([[12, 16, 9], [24, 28, 15], [15, 17, 9]])
    assert numbers(NINE, *kernels, "--pad", "same") == [(same * factor).tolist() for factor in (1, 10, -1)]


RGB = (
    "0 0 0 0 / 0 156 155 156 / 0 153 154 157 / 0 149 151 155 |"
    "0 0 0 0 / 0 167 166 167 / 0 164 165 168 / 0 160 162 166 |"
    "0 0 0 0 / 0 163 162 163 / 0 160 161 164 / 0 156 158 162"
)
DEEP = "-1 -1 1 / 0 1 -1 / 0 1 1 | 1 0 0 / 1 -1 -1 / 1 0 -1 | 0 1 1 / 0 1 0 / 1 -1 1"


def test_a_window_of_red_green_and_blue(run, numbers):
    done = run("convolve", RGB, "--kernel", DEEP, "--bias", "1", "--at", "0,0")
    assert "308 - 498 + 164 + 1 = -25" in done.out
    assert numbers(RGB, "--kernel", DEEP, "--bias", "1")[0][0][0] == -25


# What is shown


def test_a_series_is_worked_on_one_line_a_window(run):
    done = run("convolve", "1 0 2 3 5 1 2 3", "--kernel", "-1 2 1")
    assert done.err == ""
    assert done.out == (
        "conv 1 3 nobias\n  input   8x1\n  length  (8 + 2*0 - 3)/1 + 1 = 6\n  output  6x1\n\n"
        "  1 7 9 8 -1 6\n\n"
        "  0  -1*1 + 2*0 + 1*2 = 1\n  1  -1*0 + 2*2 + 1*3 = 7\n  2  -1*2 + 2*3 + 1*5 = 9\n\n"
        "places by position from 0; 3 more windows: --all works all, --at 5 the last\n"
    )


def test_a_window_stands_beside_its_kernel_and_its_sum(run):
    done = run("convolve", MATRIX, "--kernel", "-1 0 1 / 0 2 1 / 1 0 -1", "--at", "3,0")
    assert done.out.partition("\n\n  3,0")[2] == (
        "   1 -1  1     -1  0  1     -1*1 + 0*(-1) + 1*1\n"
        "        1  0  2  *   0  2  1     + 0*1 + 2*0 + 1*2\n"
        "        0 -1  1      1  0 -1     + 1*0 + 0*(-1) - 1*1 = 1\n\n"
        "places by column,row from 0\n"
    )


WORKED = {
    "max": (["--pool", "max 2x2"], "max(1, 1, 5, 6) = 6"),
    "average": (["--pool", "average 2x2"], "(1 + 1 + 5 + 6)/4 = 3.25"),
    "avg": (["--pool", "avg 2x2"], "(1 + 1 + 5 + 6)/4 = 3.25"),
    "mean": (["--pool", "mean 2x2"], "(1 + 1 + 5 + 6)/4 = 3.25"),
    "l2": (["--pool", "L2 2x2"], "sqrt(1^2 + 1^2 + 5^2 + 6^2) = 7.93725"),
    "lp": (["--pool", "lp 2x2 power 3"], "(1^3 + 1^3 + 5^3 + 6^3)^(1/3) = 7"),
    "weighted": (["--pool", "weighted", "--kernel", "1 2 / 3 4"], "(1*1 + 2*1 + 3*5 + 4*6)/10 = 4.2"),
    "blur": (["--kernel", "blur 2x2"], "(1*1 + 1*1 + 1*5 + 1*6)/4 = 3.25"),
    "factor": (["--kernel", "1/2 * 1 1 / 1 1", "--bias", "-1"], "(1*1 + 1*1 + 1*5 + 1*6)/2 - 1 = 5.5"),
    "half": (["--kernel", "0.5 * 1 1 / 1 1"], "0.5*1 + 0.5*1 + 0.5*5 + 0.5*6 = 6.5"),
}


@pytest.mark.parametrize("name", WORKED)
def test_the_first_window_is_worked(run, name):
    arguments, expected = WORKED[name]
    assert expected in run("convolve", FOUR, *arguments, "--at", "0,0").out


def test_the_line_is_the_languages_own(run):
    def line(*arguments):
        return run("convolve", *arguments).out.partition("\n")[0]

    assert line(FOUR, "--pool", "weighted", "--kernel", ONES) == "conv 1 depthwise 2x2 stride 2x2 nobias frozen"
    assert line(FOUR, "--pool", "weighted", "--kernel", ONES, "--stride", "1").endswith("2x2 stride 1 nobias frozen")
    assert line("1 2 | 3 4", "--kernel", "1", "--depthwise", "--bias", "1") == "conv 2 depthwise 1"
    options = ("--stride", "2", "--pad", "1 reflect", "--dilation", "2")
    assert line("1 2 3", "--kernel", "1 1", *options) == "conv 1 2 stride 2 pad 1 reflect dilation 2 nobias"
    assert line(FOUR, "--pool", "average 2x2 stride 1", "--pad", "1") == "avgpool 2x2 stride 1 pad 1"


def test_cells_that_do_not_count_are_dots(run):
    done = run("convolve", "4 3 / 2 1", "--pool", "max 2x2 stride 1 pad same", "--at", "1,0")
    assert "  1,0  3 .     max(3, 1) = 3\n       1 .\n" in done.out


def shown(text: str) -> list[str]:
    """The places whose windows are worked."""
    return [
        line.split()[0] for line in text.splitlines() if line.startswith("  ") and line[2:3].isdigit() and "=" in line
    ]


def test_the_first_windows_one_or_all_of_them_are_worked(run):
    arguments = ("convolve", NINE, "--kernel", ONES, "--kernel", "1 0 / 0 1")
    assert shown(run(*arguments).out) == ["0,0", "1,0", "0,1"]
    assert shown(run(*arguments, "--at", "1,0").out) == ["1,0", "1,0"]
    assert shown(run(*arguments, "--all").out) == ["0,0", "1,0", "0,1", "1,1"] * 2
    assert "5 more windows" in run(*arguments).out
    assert "more window" not in run(*arguments, "--all").out + run(*arguments, "--at", "1,0").out


def test_places_are_read_and_shown_in_the_order_of_the_axes(run):
    assert "  1,0  2 3" in run("convolve", NINE, "--kernel", ONES, "--at", "1,0").out
    turned = run("convolve", NINE, "--kernel", ONES, "--at", "1,0", "--axes", "CxHxW").out
    assert "  1,0  4 5" in turned
    assert "input             1x3x3" in turned
    assert turned.endswith("places by row,column from 0\n")


def test_channels_that_are_taken_by_themselves_are_named(run):
    done = run("convolve", "1 2 3 | 4 5 6", "--kernel", "blur 2", "--kernel", "identity 2")
    assert "channels  2, each by itself" in done.out
    names = ["channel 0, blur", "channel 0, identity", "channel 1, blur", "channel 1, identity"]
    assert [line for line in done.out.splitlines() if line in names] == [*names, names[0]]
    assert "kernel    blur: the mean of the cells" in done.out


def test_a_large_map_is_told_in_a_line(run):
    row = " ".join(map(str, range(50)))
    done = run("convolve", " / ".join([row] * 9), "--kernel", "2", "--at", "0,0")
    assert "  450 numbers, the least 0, the mean 49, the most 98: --format csv prints them\n" in done.out


def test_slices_of_depth_are_parted(run):
    done = run("convolve", "1 2 / 3 4 // 5 6 / 7 8", "--kernel", "1", "--at", "1,0,1")
    assert "  1 2\n  3 4\n\n  5 6\n  7 8\n" in done.out
    assert "  1,0,1  6  *  1     1*6 = 6\n" in done.out
    assert done.out.endswith("places by column,row,slice from 0\n")
    done = run("convolve", "1 2 // 3 4", "--kernel", "1 1 // 1 1")
    assert "  0,0,0  1 2  *  1 1     1*1 + 1*2 + 1*3 + 1*4 = 10\n\n         3 4     1 1\n" in done.out
    done = run("convolve", "1 2 / 3 4 // 5 6 / 7 8", "--kernel", "100 -1 / 0 100 // 200 2 / 1 100")
    assert (
        "  0,0,0  1 2     100  -1     100*1 - 1*2\n"
        "         3 4  *    0 100     + 0*3 + 100*4\n\n"
        "         5 6     200   2     + 200*5 + 2*6\n"
        "         7 8       1 100     + 1*7 + 100*8 = 2317\n"
    ) in done.out


# For programs


def test_json_says_all_of_it(run):
    done = run("convolve", "1 2 3 4", "--kernel", "1/2 * 1 -1", "--bias", "3", "--stride", "3", "--format", "json")
    found = json.loads(done.out)
    (diagnostic,) = found.pop("diagnostics")
    assert (diagnostic["code"], diagnostic["severity"]) == ("FIT101", "warning")
    assert found == {
        "schema": 1,
        "line": "conv 1 2 stride 3",
        "input": [1, 4],
        "output": [1, 1],
        "window": {"kernel": [2], "stride": [3], "pad": [[0, 0]], "dilation": [1]},
        "channels": ["filter 0"],
        "values": [[2.5]],
        "windows": [
            {
                "channel": 0,
                "at": [0],
                "parts": [{"channel": 0, "cells": [[1, 2]], "kernel": [[1, -1]], "value": -1}],
                "over": 2,
                "bias": 3,
                "value": 2.5,
            }
        ],
    }


def test_json_holds_so_many_windows(run):
    series = " ".join(["1"] * 100_001)
    refused = (
        "cnncalc: --all would put 100,001 windows into JSON, which holds up to 100,000: "
        "take --at for one, or --format text\n"
    )
    assert run("convolve", series, "--kernel", "1", "--all", "--format", "json").err == refused
    assert run("convolve", series, "--kernel", "1", "--all", "-o", "out.json").err == refused


def test_cells_that_do_not_count_are_null(run):
    done = run("convolve", "4 3 / 2 1", "--pool", "max 2x2 pad 1", "--at", "0,0", "--format", "json")
    assert json.loads(done.out)["windows"][0]["parts"][0]["cells"] == [[None, None], [None, 4]]


@pytest.mark.parametrize(
    "text", ["1 2.5 -3", "1 2 / 3 4", "1 2 | 3 4", "1 2 / 3 4 | 5 6 / 7 8", "1 / 2 // 3 / 4 | 5 / 6 // 7 / 8"]
)
def test_csv_is_read_again(run, text):
    once = run("convolve", text, "--kernel", "identity 1", "--format", "csv").out
    again = run("convolve", "-", "--kernel", "identity 1", "--format", "csv", stdin=once.encode()).out
    assert once == again
    assert once.replace("\n\n", "|").replace("\n//\n", " // ").rstrip("\n").replace("\n", " / ") == (
        text.replace(" | ", "|").replace("|", "|").replace(" ", ",").replace(",/,", " / ").replace(",//,", " // ")
    )


def test_a_pool_reads_what_a_kernel_wrote(run):
    maps = run("convolve", MATRIX, "--kernel", ONES, "--format", "csv").out
    found = run("convolve", "-", "--pool", "max 2x2", "--format", "csv", stdin=maps.encode())
    cells = np.array([row.split() for row in MATRIX.split("/")], int)
    sums = sum(cells[i : i + 5, j : j + 5] for i in (0, 1) for j in (0, 1))
    expected = sums[:4, :4].reshape(2, 2, 2, 2).max((1, 3))
    assert found.out == "".join(",".join(map(str, row)) + "\n" for row in expected)


def test_files_of_numbers_are_written(run, tmp_path):
    for suffix in ("csv", "json", "npy"):
        done = run("convolve", NINE, "--kernel", ONES, "-o", f"out.{suffix}")
        assert done.out.startswith("conv 1 2x2 nobias\n")
        assert done.err == f"cnncalc: wrote out.{suffix}\n"
    assert (tmp_path / "out.csv").read_text() == "12,16\n24,28\n"
    assert json.loads((tmp_path / "out.json").read_text())["values"] == [[[12, 16], [24, 28]]]
    assert np.load(tmp_path / "out.npy").tolist() == [[[12, 16], [24, 28]]]


# How the stride fits


def test_a_stride_that_does_not_fit_is_found(run):
    done = run("convolve", "1 2 3 4 5 6 7 8", "--kernel", "1 1 1", "--stride", "2")
    assert done.status == 0
    assert "length  (8 + 2*0 - 3)/2 + 1 = 3.5, rounded down to 3\n" in done.out
    assert "warning[FIT101 stride-drops-pixels]" in done.err
    assert (
        "(8 + 2*0 - 3)/2 + 1 = 3.5 on the length: does not fit; PyTorch takes 3 and never reads the last 1 pixel"
        in done.err
    )
    assert "help: use an input of 7 or 9, or pad 0:1, or stride 1" in done.err


def test_padding_that_is_lost_and_cells_that_are_stepped_over_are_told_too(run):
    lost = run("convolve", "1 2 3 4 5 6", "--kernel", "1 1 1", "--stride", "2", "--pad", "1")
    assert "info[FIT102 stride-drops-padding]" in lost.err
    over = run("convolve", "1 2 3 4", "--kernel", "1", "--stride", "3")
    assert "info[FIT103 stride-skips-pixels]" in over.err
    assert run("convolve", "4 3 / 2 1", "--pool", "max 2x2 stride 1 pad same").err == ""


def test_a_stride_that_does_not_fit_is_an_error_where_nothing_is_rounded(run):
    done = run("convolve", "1 2 3 4", "--kernel", "1 1 1", "--stride", "2", "--rounding", "exact", "-o", "out.csv")
    assert (done.status, done.out) == (1, "")
    assert "wrote" not in done.err
    assert "error[FIT101 stride-drops-pixels]" in done.err
    assert "output  2x1\n" in run("convolve", "1 2 3", "--pool", "max 2", "--rounding", "ceil").out
    assert "output  1x1\n" in run("convolve", "1 2 3", "--pool", "max 2", "--rounding", "floor").out
    up = run("convolve", "1 2 3", "--pool", "max 2", "--rounding", "up")
    assert (up.status, up.out) == (1, "")
    assert "'rounding' has no 'up'" in up.err


def test_a_pad_may_be_solved_for(run):
    done = run("convolve", "1 2 3 4 5 6 7", "--kernel", "1 1 1", "--stride", "3", "--pad", "?")
    assert "conv 1 3 stride 3 pad ? nobias" in done.out
    assert "length  (7 + 2*1 - 3)/3 + 1 = 3\n" in done.out


# What is refused


REFUSED = {
    "nothing": ([], "over what? Type cnncalc convolve '1 0 2 3 5 1 2 3' --kernel '-1 2 1', or a file's name"),
    "no kernel": (["1 2"], "what slides over it? Give --kernel '-1 2 1', --kernel sobel-x or --pool 'max 2x2'"),
    "unquoted": (
        ["1", "2", "3", "--kernel", "1"],
        "one input is taken, and '2' is a second: quote each value that has spaces, "
        "'1 0 2' --kernel '-1 2 1' or --pool 'max 2x2'",
    ),
    "no option": (["1 2", "--kernl", "1"], "there is no option --kernl; did you mean '--kernel'?"),
    "one dash": (["1 2", "-kernel", "1"], "there is no option -kernel; did you mean '--kernel'?"),
    "a longer word": (["1 2", "--padding=1"], "there is no option --padding=1; did you mean '--pad'?"),
    "no option of ours": (["1 2", "--tile", "1"], "there is no option --tile; cnncalc convolve --help lists them"),
    "no short option": (["1 2", "-k", "1"], "there is no option -k; cnncalc convolve --help lists them"),
    "words": (["1 two 3", "--kernel", "1"], "the input: 'two' in row 1 is no number"),
    "ragged": (["1 2 3 / 4 5", "--kernel", "1"], "the input: row 2 ('4 5') has 2 numbers, row 1 ('1 2 3') has 3"),
    "no file": (["photo.png", "--kernel", "blur"], "the input: no file 'photo.png', and no number either"),
    "no kernel of that name": (
        ["1 2", "--kernel", "sobelx"],
        "--kernel 'sobelx': no file and no kernel of this name; did you mean 'sobel-x'?",
    ),
    "no such kernel at all": (
        ["1 2", "--kernel", "zzz"],
        "--kernel 'zzz': no file and no kernel of this name; cnncalc convolve --kernels lists those that have one",
    ),
    "rows over a series": (
        ["1 2 3", "--kernel", ONES],
        "--kernel '1 1 / 1 1': 2 rows of 2 numbers have 2 axes, not 1: the input is a series of 3 numbers; "
        "--rank 2 reads it as a picture of one row",
    ),
    "named over a series": (
        ["1 2 3", "--kernel", "sobel-x"],
        "--kernel 'sobel-x': sobel-x is 3x3, and the input is a series of 3 numbers; "
        "--rank 2 reads it as a picture of one row",
    ),
    "named with a size": (
        [NINE, "--kernel", "sobel-x 5x5"],
        "--kernel 'sobel-x 5x5': sobel-x is 3x3 and takes no size; blur, identity and shift-left do",
    ),
    "no size": (
        [NINE, "--kernel", "blur 2x2x2"],
        "--kernel 'blur 2x2x2': '2x2x2' is no size: write one number or 2 joined by 'x'",
    ),
    "nothing beside": (
        ["1 2", "--kernel", "shift-left 1"],
        "--kernel 'shift-left 1': shift-left has its one beside the centre: its rows have at least 2 cells",
    ),
    "sizes side by side": (["1 2", "--kernel", "blur 1 0"], "--kernel 'blur 1 0': '1 0' is no size: write one number"),
    "size of nothing": (["1 2", "--kernel", "blur 0"], "--kernel 'blur 0': '0' is no size: write one number"),
    "channels": (
        ["1 2 | 3 4", "--kernel", "1"],
        "the kernel has 1 channel, the input 2: write 2 with | between them; --depthwise lays it "
        "on each of them by itself",
    ),
    "more channels": (
        ["1 2", "--kernel", "1 | 2"],
        "the kernel has 2 channels, the input 1: write one, or an input with 2, | between them; "
        "for several filters give --kernel again, or an array of 3 axes",
    ),
    "deep": (
        ["1 2 | 3 4", "--kernel", "1 | 2", "--depthwise"],
        "the kernel has 2 channels, and where each channel is taken by itself it has 1",
    ),
    "sizes": (
        ["1 2 3", "--kernel", "1", "--kernel", "1 2"],
        "--kernel '1 2' is 2x1, the first kernel 1x1: the filters of one layer are of one size",
    ),
    "brackets": (
        [NINE, "--kernel", "[[[[[1]]]]]"],
        "--kernel '[[[[[1]]]]]': an array of 5 axes, and a 2-D map takes at most 4: filters, "
        "channels and those of the input",
    ),
    "pool": (
        [NINE, "--pool", "min 2x2"],
        "--pool takes max, average, avg, mean, l2, lp or weighted, not 'min'; write --pool 'max 2x2'",
    ),
    "pool without a size": ([NINE, "--pool", "max"], "--pool max of what size? --pool 'max 2x2'"),
    "pool and kernel": (
        [NINE, "--pool", "max 2x2", "--kernel", ONES],
        "--pool max has no kernel: take --kernel or --pool, or pipe one into the other as --format csv",
    ),
    "weighted by nothing": (
        [NINE, "--pool", "weighted 2x2"],
        "--pool weighted has the weights and the size of its kernel: --pool weighted --kernel '1 2 1'",
    ),
    "weights of 0": (
        [NINE, "--pool", "weighted", "--kernel", "1 -1"],
        "--pool weighted divides by the sum of the weights, and that of kernel 0 is 0",
    ),
    "bias of a pool": (
        [NINE, "--pool", "max 2x2", "--bias", "1"],
        "--bias is added by a convolution: leave it out, or take --kernel without --pool",
    ),
    "biases": (
        ["1 2", "--kernel", "1", "--kernel", "2", "--bias", "1 2 3"],
        "--bias has 3 numbers: give 1, or 2, one for each channel of the output",
    ),
    "more biases": (["1 2", "--kernel", "1", "--bias", "1 2"], "--bias has 2 numbers: give 1"),
    "no bias": (["1 2", "--kernel", "1", "--bias", "b"], "--bias: 'b' in row 1 is no number"),
    "commas": (
        [NINE, "--kernel", ONES, "--stride", "2,2"],
        "--stride '2,2': numbers for several axes are joined by x, as in 2x1",
    ),
    "more layers": (["1 2", "--kernel", "1", "--stride", "1; relu"], "--stride '1; relu': ';' has no place in it"),
    "two layers": (
        ["1 2", "--pool", "max 2 relu"],
        "'maxpool 2 relu' is more than one layer; the options take one value each",
    ),
    "at": ([NINE, "--kernel", ONES, "--at", "2"], "--at takes column,row, counted from 0, not '2'"),
    "at of letters": (["1 2", "--kernel", "1", "--at", "a"], "--at takes position, counted from 0, not 'a'"),
    "beyond": ([NINE, "--kernel", ONES, "--at", "0,2"], "--at 0,2 is beyond the output, whose last place is 1,1"),
    "at and all": (
        [NINE, "--kernel", ONES, "--at", "0,0", "--all"],
        "--at works one window, --all works every one: leave one of them out",
    ),
    "format": (["1 2", "--kernel", "1", "--format", "xml"], "--format takes text, json, csv, not 'xml'"),
    "color": (["1 2", "--kernel", "1", "--color", "red"], "--color takes auto, always or never, not 'red'"),
    "axes": (["1 2", "--kernel", "1", "--axes", "XxY"], "--axes takes WxHxC, CxHxW, HxWxC, CxWxH, not 'XxY'"),
    "rank": (["1 2", "--kernel", "1", "--rank", "4"], "--rank takes 1, 2, 3, not '4'"),
    "rank below": ([NINE, "--kernel", "1", "--rank", "1"], "the input: 3 rows of 3 numbers have 2 axes, not 1"),
    "draw": ([NINE, "--kernel", "1", "--draw"], "--draw is for a series; -o FILE.png draws pictures"),
    "draw and work": (
        ["1 2", "--kernel", "1", "--draw", "--all"],
        "--draw draws in place of windows: leave it out, or --at and --all",
    ),
    "no file there": (["./1", "--kernel", "1"], "no file './1'"),
    "no kernel there": (["1", "--kernel", "../k.txt"], "no file '../k.txt'"),
    "picture of a series": (
        ["1 2", "--kernel", "1", "-o", "out.png"],
        "out.png: a picture has 2 axes, and the input 1; --draw draws a series",
    ),
    "suffix": (
        ["1 2", "--kernel", "1", "-o", "out.xyz"],
        "out.xyz: its suffix says what to write: .png, .jpg, ..., .csv, .json, .npy",
    ),
    "too large": (["1e308 1e308", "--kernel", "1 1"], "some sums are larger than numbers go: 1.8e308"),
    "too large beside a fraction": (
        ["1e308 1e308 0.5", "--kernel", "1 1 0"],
        "some sums are larger than numbers go: 1.8e308",
    ),
    "limit": (
        ["1 2 3", "--kernel", "1", "--limit", "numbers=2"],
        "the input: 3 numbers, more than 2 (--limit numbers=N raises the limit)",
    ),
    "limit of a named kernel": (
        ["1 2 3", "--kernel", "blur 99999999"],
        "--kernel 'blur 99999999': 99,999,999 numbers, more than 50,000,000 (--limit numbers=N raises the limit)",
    ),
    "no numbers": (["1 2", "--kernel", ""], "--kernel '': there are no numbers"),
    "fractions": (
        ["1 2 3", "--kernel", "1/3 1/3 1/3"],
        "--kernel '1/3 1/3 1/3': row 2 ('3 1') has 2 numbers, row 1 ('1') has 1; "
        "/ parts rows, a factor stands before all: 1/3 * 1 1 1",
    ),
    "padded": (
        ["1 2 3", "--kernel", "1", "--pad", "99999999"],
        "the padded input has 200,000,001 numbers, more than 50,000,000 (--limit numbers=N raises the limit)",
    ),
    "put out": (
        ["1 2 3", *["--kernel", "1"] * 4, "--limit", "numbers=11"],
        "the output has 12 numbers, more than 11 (--limit numbers=N raises the limit)",
    ),
    "biases as a fraction": (
        ["1 2", "--kernel", "1", "--kernel", "2", "--bias", "1/2"],
        "--bias '1/2': write 0.5 for 1/2, and spaces between the biases of several channels",
    ),
    "channels of a pool": (
        [NINE, "--pool", "max 2x2", "--depthwise"],
        "--pool max takes each channel by itself as it is: leave --depthwise out",
    ),
    "rounding up": (
        ["1 2 3", "--kernel", "1 1", "--rounding", "ceil"],
        "--rounding ceil is for max, average and L2 pools: leave it out, or write --rounding exact",
    ),
    "weights rounded up": (
        ["1 2 3", "--pool", "weighted", "--kernel", "1 1", "--rounding", "ceil"],
        "--rounding ceil is for max, average and L2 pools: leave it out, or write --rounding exact",
    ),
    "grey numbers": (["1 2", "--kernel", "1", "--grey"], "the input holds numbers, no picture: leave --grey out"),
    "stdin twice": (
        ["-", "--kernel", "-"],
        "stdin is read once: give the input or the kernel as a file, or as numbers",
    ),
    "a window in a table": (
        ["1 2", "--kernel", "1", "--format", "csv", "--at", "0"],
        "--at shows nothing in --format csv: leave one of them out",
    ),
    "windows in a table": (
        ["1 2", "--kernel", "1", "--format", "csv", "--all"],
        "--all shows nothing in --format csv: leave one of them out",
    ),
    "a drawing in JSON": (
        ["1 2", "--kernel", "1", "--format", "json", "--draw"],
        "--draw shows nothing in --format json: leave one of them out",
    ),
    "a letter of nothing": (
        ["1 2", "--kernel", "1", "--stride", "P=2"],
        "--stride 'P=2': '=' has no place in it",
    ),
    "a file with spaces": (["data/my photo.png", "--kernel", "1"], "no file 'data/my photo.png'"),
    "a kernel's file with spaces": (["1 2", "--kernel", "my kernel.txt"], "no file 'my kernel.txt'"),
    "other depths": (
        ["1 2", "--kernel", "1 2", "--kernel", "1 2 | 3 4"],
        "--kernel '1 2 | 3 4' is 2 channels deep, the first kernel 1: the filters of one layer are of one size",
    ),
    "a factor of nothing": (["1 2", "--kernel", "1/0 * 1"], "--kernel '1/0 * 1': '1/0 *' divides by 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_command_line_means_is_refused(run, name):
    arguments, message = REFUSED[name]
    done = run("convolve", *arguments)
    assert (done.status, done.out, done.err) == (2, "", f"cnncalc: {message}\n")


def test_what_the_language_refuses_is_told_as_it_tells_it(run):
    done = run("convolve", "1 2", "--kernel", "1 1 1")
    assert (done.status, done.out) == (1, "")
    assert "error[SHP101 window-exceeds-input]: the window is 3 long, its padded input 2 (2 + 0 + 0)" in done.err
    assert "use a kernel of at most 2, a pad of 1 more, or an input at least 3 long" in done.err
    done = run("convolve", NINE, "--pool", "max 2x2 pad 2")
    assert done.status == 1
    assert "the pad of 2 is more than half the kernel" in done.err
    done = run("convolve", "1 2 3", "--kernel", "1", "--stride", "0")
    assert done.status == 1
    assert "error[SYN111 illegal-value]: stride is 0, and must be at least 1" in done.err
    done = run("convolve", "1 2 3", "--pool", "max 2 strid 2")
    assert "did you mean 'stride'?" in done.err


# Kernels with a name


def test_the_kernels_with_a_name_are_listed_with_their_sources(run):
    from cnncalc.analysis.kernels import KERNELS

    done = run("convolve", "--kernels")
    names = ["sobel-x", "sobel-y", "vertical-edge", "blur", "sharpen", "identity", "shift-left"]
    assert [kernel.name for kernel in KERNELS] == names
    assert [line.split()[0] for line in done.out.splitlines() if line[:1].isalpha()] == names
    for kernel in KERNELS:
        assert kernel.source in done.out
        assert any(year in kernel.source for year in ("1968", "1970", "2018", "slides"))


def test_what_the_kernels_with_a_name_do(numbers):
    cells = np.arange(30).reshape(5, 6) ** 2 % 17
    text = " / ".join(" ".join(map(str, row)) for row in cells)
    left, right, up, down = cells[1:-1, :-2], cells[1:-1, 2:], cells[:-2, 1:-1], cells[2:, 1:-1]
    centre = cells[1:-1, 1:-1]
    smooth = cells[:-2] + 2 * cells[1:-1] + cells[2:]
    across = cells[:, :-2] + 2 * cells[:, 1:-1] + cells[:, 2:]
    mean = sum(cells[i : i + 3, j : j + 4] for i in range(3) for j in range(3)) / 9
    expected = {
        "sobel-x": smooth[:, 2:] - smooth[:, :-2],
        "sobel-y": across[2:] - across[:-2],
        "vertical-edge": sum(cells[i : i + 3, :-2] - cells[i : i + 3, 2:] for i in range(3)),
        "blur": mean,
        "sharpen": 5 * centre - left - right - up - down,
        "identity": centre,
        "shift-left": right,
    }
    for name, found in expected.items():
        assert numbers(text, "--kernel", name)[0] == found.tolist(), name


def test_a_name_takes_a_size_in_the_order_of_the_axes(run, numbers):
    assert numbers("1 2 3 4", "--kernel", "blur 4") == numbers("1 2 3 4", "--kernel", "mean 4") == [[2.5]]
    assert numbers("1 2 / 3 4", "--kernel", "blur 2 x 2") == [[[2.5]]]
    assert numbers("1 2 3 4", "--kernel", "shift-left 3", "--pad", "same") == [[2, 3, 4, 0]]
    assert numbers("1 2 3 4", "--kernel", "identity 2", "--pad", "same") == [[1, 2, 3, 4]]
    assert "conv 1 3x1 nobias" in run("convolve", NINE, "--kernel", "blur 3x1").out
    turned = run("convolve", NINE, "--kernel", "blur 3x1", "--axes", "CxHxW").out
    assert "conv 1 3x1 nobias" in turned
    assert "  output  1x1x3\n" in turned


# Layout


def test_channels_stand_below_one_another_and_are_added_up(run):
    done = run("convolve", "1 2 / 3 4 | 5 6 / 7 8", "--kernel", "1 0 / 0 1 | -1 0 / 0 2", "--bias", "-3")
    assert (
        "\n\n"
        "  0,0  channel 0  1 2  *  1 0     1*1 + 0*2 + 0*3 + 1*4 = 5\n"
        "                  3 4     0 1\n"
        "       channel 1  5 6  *  -1  0     -1*5 + 0*6 + 0*7 + 2*8 = 11\n"
        "                  7 8      0  2\n"
        "       5 + 11 - 3 = 13\n\n"
    ) in done.out


def test_places_of_all_windows_are_as_wide_as_the_last(run):
    done = run("convolve", " ".join(map(str, range(11))), "--kernel", "1", "--all")
    assert "\n  9   1*9 = 9\n  10  1*10 = 10\n" in done.out


def test_sums_are_divided_by_any_number_but_one(run):
    assert "\n  0  (2*3)/0.5 = 12\n" in run("convolve", "3", "--kernel", "1/0.5 * 2").out
    assert "\n  0  (2*3)/(-2) = -3\n" in run("convolve", "3", "--kernel", "1/-2 * 2").out
    assert "\n  0  2*3 = 6\n" in run("convolve", "3", "--kernel", "1/1 * 2").out


def test_a_maximum_of_padding_alone_is_told(run):
    arguments = ("convolve", "5", "--pool", "max 2 dilation 2 pad 1")
    assert "\n  0  max() = -inf\n" in run(*arguments).out
    assert run(*arguments, "--format", "csv").out == "-inf\n"
    assert json.loads(run(*arguments, "--format", "json").out)["values"] == [[None]]
    assert "-inf" not in run(*arguments, "--draw").out


def test_terms_that_cancel_but_for_their_last_bits_are_0(run, numbers):
    assert numbers("0.1 0.2 0.3 0.4 0.5", "--kernel", "1 -2 1") == [[0, 0, 0]]
    assert "\n  0  1*0.1 - 2*0.2 + 1*0.3 = 0\n" in run("convolve", "0.1 0.2 0.3", "--kernel", "1 -2 1").out
    assert numbers("0.1 0.2 -0.3", "--pool", "average 3") == [[0]]
    assert numbers("0.1 0.2", "--kernel", "1 1", "--bias", "-0.3") == [[0]]
    assert numbers("0.1 0.2", "--kernel", "1/3 * 1 1", "--bias", "-0.1") == [[0]]


def test_small_numbers_are_no_rounding(numbers):
    assert numbers("1e-20 0 0", "--kernel", "1 1") == [[1e-20, 0]]
    assert numbers("1 1e-20 0 0", "--kernel", "1 1 -1") == [[1, 1e-20]]
    assert numbers("1e-20 -1", "--pool", "max 2") == [[1e-20]]
    assert numbers("1 1", "--kernel", "1 -0.999999999") == [[1 - 0.999999999]]
    assert numbers("1e308 1e-20", "--kernel", "1") == [[1e308, 1e-20]]
    assert numbers("1700000000000 1700000000001 1700000000003", "--kernel", "-1 1") == [[1, 2]]
    assert numbers("10000000000000 5 -10000000000000", "--pool", "average 3") == [[5 / 3]]
    assert numbers("1e12 -1e12", "--kernel", "1 1", "--bias", "0.5") == [[0.5]]
    assert numbers("1e12 0.5 -1e12", "--kernel", "1 1 1") == [[0.5]]
    assert numbers("1 1e-13 -1", "--kernel", "1 1 1") == [[pytest.approx(1e-13, rel=1e-2)]]
    assert numbers("9007199254740000 -9007199254740005", "--kernel", "1 1") == [[-5]]


def test_the_terms_of_one_channel_cancel_too(run):
    done = run("convolve", "0.1 0.2 0.3 | 1 2 3", "--kernel", "1 -2 1 | 1 1 1")
    assert "1*0.1 - 2*0.2 + 1*0.3 = 0\n" in done.out and "\n     0 + 6 = 6\n" in done.out
    done = run("convolve", "9007199254740000 -9007199254740005 | 1 1", "--kernel", "1 1 | 1 1")
    assert " = -5\n" in done.out and "\n     -5 + 2 = -3\n" in done.out
    done = run("convolve", "1 2 | 3 4", "--kernel", "1e-20 0 | 1 1")
    assert "channel 0  1e-20*1 + 0*2 = 1e-20\n" in done.out


def test_what_no_bits_can_tell_is_0_and_nothing_else(numbers):
    """Sums in tenths, whose true value is known: in float64 most are a little off, none by as much as a millionth."""
    dice = random.Random(3)
    for _ in range(300):
        x, w = ([dice.randint(-9, 9) for _ in range(5)] for _ in range(2))
        true = sum(a * b for a, b in zip(x, w, strict=True)) / 100
        tenths = [" ".join(f"{n / 10}" for n in each) for each in (x, w)]
        [[found]] = numbers(tenths[0], "--kernel", tenths[1])
        assert (found == 0) == (true == 0) and found == pytest.approx(true, abs=1e-12)


def test_a_refused_layer_is_told_in_json(run):
    done = run("convolve", "1 2", "--kernel", "1 2 3", "--format", "json")
    data = json.loads(done.out)
    assert (done.status, data["schema"], data["values"]) == (1, 1, None)
    assert [finding["code"] for finding in data["diagnostics"]] == ["SHP101"]
    done = run("convolve", "1 2", "--kernel", "1", "--stride", "2", "--rounding", "exact", "--format", "json")
    assert (done.status, json.loads(done.out)["diagnostics"][0]["severity"]) == (1, "error")


def test_windows_of_many_channels_are_large(run, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((64, 8, 8)))
    np.save(tmp_path / "k.npy", np.ones((2, 64, 3, 3)))
    assert "72 more windows of 576 cells each" in run("convolve", "x.npy", "--kernel", "k.npy").out
    assert "of 9 cells each" not in run("convolve", "x.npy", "--kernel", "blur").out


@pytest.mark.parametrize("axes", ["WxHxC", "CxHxW", "HxWxC", "CxWxH"])
def test_an_array_that_is_written_is_read_back_alike(numbers, run, tmp_path, axes):
    np.save(tmp_path / "x.npy", np.arange(4 * 5 * 6.0).reshape(4, 5, 6))
    arguments = ("x.npy", "--pool", "max 2", "--axes", axes)
    whole = numbers(*arguments)
    assert run("convolve", *arguments, "-o", "out.npy").status == 0
    assert numbers("out.npy", "--pool", "max 1", "--axes", axes) == whole


def test_a_window_that_would_begin_in_the_padding_is_told(run):
    done = run("convolve", "1 2 3 4 5", "--pool", "average 3 pad 1 stride 3 ceil")
    text = "(5 + 2*1 - 3)/3 + 1 = 2.33, rounded up but for a window that begins in the padding: 2"
    assert f"\n  length  {text}\n" in done.out
    done = run("convolve", "1 2 3 4 5 6", "--pool", "average 3 pad 1 stride 3 ceil")
    assert "(6 + 2*1 - 3)/3 + 1 = 2.67, rounded up to 3\n" in done.out


def test_letters_of_slides_stand_before_numbers(run):
    def line(*options):
        return run("convolve", NINE, *options).out.splitlines()[0]

    assert line("--pool", "max F=2 S=1") == "maxpool F=2 S=1"
    assert line("--kernel", ONES, "--stride", "S=1", "--pad", "p = 1", "--dilation", "D=2").endswith(
        "2x2 stride 1 pad 1 dilation 2 nobias"
    )


@pytest.mark.parametrize(("option", "value"), [("--pad", "zero"), ("--pool", "average all")])
def test_no_remedy_is_a_line_that_the_command_line_has_not(run, option, value):
    done = run("convolve", "1 2 3", option, value, *["--kernel", "1 1"] * (option == "--pad"))
    assert done.status == 1
    assert done.err.endswith("  = help: write a number\n")


def test_a_factor_stands_before_a_name_too(run, numbers):
    text = "1 2 4 / 0 3 5 / 2 2 9"
    whole = numbers(text, "--kernel", "sobel-x")
    assert numbers(text, "--kernel", "1/8 * sobel-x") == [[[cell / 8 for cell in row] for row in whole[0]]]
    assert numbers(text, "--kernel", "3 * Sobel X") == [[[3 * cell for cell in row] for row in whole[0]]]
    assert numbers("1 2 4 8", "--kernel", "2*shift left 5", "--pad", "2") == [[4, 8, 16, 0]]
    assert numbers("3 6", "--kernel", "1/2 * blur 2") == [[2.25]]
    assert re.search(r"\n  kernel +sobel-x: how much brighter", run("convolve", text, "--kernel", "1/8 * sobel-x").out)


def test_windows_are_counted(run):
    assert (
        "; 2 more windows: --all works all, --at 1 the last\n"
        in run("convolve", "1 2", "--kernel", "1", "--kernel", "2").out
    )
    assert "; 1 more window: --all works all, --at 1,1 the last\n" in run("convolve", FOUR, "--pool", "max 2x2").out
    assert run("convolve", "1 2 3", "--kernel", "1").out.endswith("\nplaces by position from 0\n")


@pytest.mark.parametrize("columns", [65, 64, 39, 38, 29])
def test_what_a_narrow_terminal_has_no_room_for_is_broken(columns):
    x, kernel = (
        text.replace(" / ", "/").replace(" | ", "|").replace(" ", ",") for text in (f"{MATRIX} | {MATRIX}", KERNEL)
    )
    text = terminal(f"convolve {x} --kernel {kernel} --at 0,0 --color never", columns)
    lines = [line.rstrip() for line in text.splitlines()]
    assert max(map(len, lines)) <= columns
    words = " ".join(" ".join(lines).split())
    cells, sums = "0,0 channel 0 1 0 2 -1 0 1 0 1 -1 * 0 2 1 1 0 0 1 0 -1 ", "-1*1 + 0*0 + 1*2 + 0*0 + 2*1 + 1*(-1)"
    assert (cells in words) == (39 <= columns < 65)
    assert (f"{cells if columns >= 39 else '0,0 channel 0 '}{sums}" in words) == (columns < 65)
    assert "3 + 4 = 7" in words


@pytest.mark.parametrize(("columns", "fits"), [(16, True), (15, False)])
def test_rows_that_are_wider_than_the_screen_are_told_in_a_line(columns, fits):
    text = terminal("convolve 10,20,30,40,50/1,2,3,4,5 --kernel 1 --at 0,0", columns)
    assert ("\n  10 20 30 40 50\n" in text) == fits
    assert ("10 numbers," in text) != fits


# Axes and arrays


def test_the_last_place_is_told_in_the_order_of_the_axes(run):
    text = "1 2 3 / 4 5 6"
    assert "whose last place is 2,1\n" in run("convolve", text, "--kernel", "1", "--at", "9,9").err
    assert "whose last place is 1,2\n" in run("convolve", text, "--kernel", "1", "--at", "9,9", "--axes", "CxHxW").err


def test_arrays_have_their_channels_first_or_last(numbers, tmp_path):
    x = np.arange(2 * 3 * 4.0).reshape(2, 3, 4)
    kernel = np.arange(3 * 2 * 2 * 2.0).reshape(3, 2, 2, 2)
    for name, array in {"x": x, "k": kernel, "one": kernel[1]}.items():
        np.save(tmp_path / f"{name}.npy", array)
    turned = {"x": np.moveaxis(x, 0, -1), "k": kernel.transpose(2, 3, 1, 0), "one": np.moveaxis(kernel[1], 0, -1)}
    for name, array in turned.items():
        np.save(tmp_path / f"{name}-last.npy", array)
    first = numbers("x.npy", "--kernel", "k.npy")
    taps = np.lib.stride_tricks.sliding_window_view(x, (2, 2), (1, 2))
    assert first == np.einsum("kcij,cyxij->kyx", kernel, taps).tolist()
    assert numbers("x-last.npy", "--kernel", "k-last.npy", "--axes", "HxWxC") == first
    assert numbers("x.npy", "--kernel", "one.npy") == first[1:2]
    assert numbers("x-last.npy", "--kernel", "one-last.npy", "--axes", "HxWxC") == first[1:2]
    assert numbers("x.npy", "--kernel", "[1 1]", "--depthwise") == (x[..., :-1] + x[..., 1:]).tolist()


def test_large_windows_are_worked_where_they_are_asked_for(run):
    series = " ".join(["1"] * 102)
    done = run("convolve", series, "--kernel", "blur 101")
    assert done.out.endswith(
        "\n  1 1\n\nplaces by position from 0; 2 more windows of 101 cells each: --all works all, --at 1 the last\n"
    )
    assert json.loads(run("convolve", series, "--kernel", "blur 101", "--format", "json").out)["windows"] == []
    assert "(1*1 + 1*1 +" in run("convolve", series, "--kernel", "blur 101", "--at", "0").out
    assert "(1*1 + 1*1 +" in run("convolve", series, "--kernel", "blur 100").out


def test_numbers_beyond_whole_ones_keep_their_point(run):
    done = run("convolve", "9007199254740993 1e300", "--kernel", "1", "--format", "csv")
    assert done.out == "9007199254740992.0,1e+300\n"


def test_sums_that_are_no_number_are_refused(run):
    done = run("convolve", "1e308 1e308", "--kernel", "10 -10")
    assert (done.status, done.err) == (2, "cnncalc: some sums are larger than numbers go: 1.8e308\n")


def test_the_input_is_not_written_over(run, tmp_path):
    (tmp_path / "x.csv").write_text("1 2 3\n")
    done = run("convolve", "x.csv", "--kernel", "1", "-o", "x.csv")
    assert (done.status, done.err) == (2, "cnncalc: x.csv is read; write to another file\n")
    assert (tmp_path / "x.csv").read_text() == "1 2 3\n"
    done = run("convolve", "1 2", "--kernel", "x.csv", "-o", "./x.csv")
    assert (done.status, done.err) == (2, "cnncalc: ./x.csv is read; write to another file\n")


def test_a_mean_says_by_what_it_is_divided(run):
    listed = run("convolve", "--kernels").out
    assert listed.count("the sums are divided by 9") == 1


def test_channels_of_a_series_are_drawn_one_by_one(run):
    done = run("convolve", "1 2 3 | 3 2 1", "--kernel", "identity", "--draw")
    heads = [line for line in done.out.splitlines() if "channel" in line and not line.startswith(" ")]
    assert heads == ["input, channel 0", "input, channel 1", "channel 0", "channel 1"]
