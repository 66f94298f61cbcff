"""`cnncalc convolve` on the command line: the slides' examples, what is shown of them, and what is refused."""

import json

import numpy as np
import pytest

MATRIX = "1 0 2 1 -1 1 / 0 1 -1 1 0 2 / 1 0 0 0 -1 1 / 0 -1 -1 0 2 0 / 1 1 0 -2 1 0 / 0 0 1 -1 0 1"
BINARY = "1 1 1 0 0 / 0 1 1 1 0 / 0 0 1 1 1 / 0 0 1 1 0 / 0 1 1 0 0"
NINE = "1 2 3 / 4 5 6 / 7 8 9"
POOLED = "0 5 4 3 0 0 / 8 2 0 0 6 9 / 9 0 0 6 4 0 / 8 6 0 8 9 6 / 4 0 6 9 0 2 / 0 7 6 4 10 7"
FOUR = "1 1 2 4 / 5 6 7 8 / 3 2 1 0 / 1 2 3 4"
ONES = "1 1 / 1 1"


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
