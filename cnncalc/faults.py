"""Every error of the language (SYN) and of shapes (SHP): code, name and page.

The pages share the headings of the linter's rules; `cnncalc rule CODE` prints them.
"""

from __future__ import annotations

from cnncalc.diagnostic import ERROR, Code

UNREADABLE = Code(
    "SYN101",
    "unreadable-text",
    ERROR,
    """\
## What it does
The bytes of the file are not UTF-8 text.

## Why is this bad
Nothing can be read from it for certain; guessing an encoding could change a number.

## Example
    a file saved as UTF-16 or Latin-1

## Use instead
    the same file saved as UTF-8 (a byte order mark is fine)

## Fix safety
There is no automatic fix: an encoding would have to be guessed.

## Source
The Unicode Standard, section 3.9: which bytes are UTF-8; docs/language.md, "Lines".
""",
)

ILLEGAL_CHARACTER = Code(
    "SYN102",
    "illegal-character",
    ERROR,
    """\
## What it does
A character that only looks like one of the language, or a control character, stands on the line.

## Why is this bad
The Cyrillic letter that looks like `x`, or a dash from a word processor, is invisible on a slide; read as what
it looks like, it could hide an error.

## Example
    conv 64 3\u04453  (the letter between is Cyrillic)

## Use instead
    conv 64 3x3

## Fix safety
There is no automatic fix: which character was meant is for you to say.

## Source
Unicode Technical Standard 39, section 4: characters that are taken for each other; docs/language.md, "Lines".
""",
)

LIMIT = Code(
    "SYN103",
    "limit-exceeded",
    ERROR,
    """\
## What it does
The spec asks for more lines, layers, nesting, digits or columns than the limits allow.

## Why is this bad
A slip (`repeat 10**9`) would otherwise use up the machine.

## Example
    repeat 10**9

## Use instead
    a smaller number, or `--limit layers=N` where it is meant

## Fix safety
There is no automatic fix: whether so much is meant is for you to say.

## Source
docs/language.md, "Limits": every limit and the option that raises it.
""",
)

INDENTATION = Code(
    "SYN104",
    "bad-indentation",
    ERROR,
    """\
## What it does
A line begins at a column that continues no line above it, or is indented with tabs.

## Why is this bad
Indentation says which body a line belongs to; a column that fits none leaves it undecided.

## Example
    repeat 2
        conv 64 3x3
      relu

## Use instead
    repeat 2
        conv 64 3x3
        relu

## Fix safety
There is no automatic fix: what a line belongs to cannot be guessed.

## Source
docs/language.md, "Branches and joins" and "Blocks".
""",
)

UNBALANCED = Code(
    "SYN105",
    "unbalanced-bracket",
    ERROR,
    """\
## What it does
A bracket is opened and not closed, or closed and not opened, on one line.

## Why is this bad
What stands inside a bracket decides whether it is a value, a shape or a remark.

## Example
    FC8: 1000 neurons (class scores

## Use instead
    FC8: 1000 neurons (class scores)

## Fix safety
There is no automatic fix: where the other bracket belongs cannot be guessed.

## Source
docs/language.md, "Constants and expressions".
""",
)

UNKNOWN_KIND = Code(
    "SYN106",
    "unknown-kind",
    ERROR,
    """\
## What it does
The line names no kind of layer, no directive and no constant.

## Why is this bad
Without a kind there is no arithmetic for the line.

## Example
    KONV1: 96 11x11

## Use instead
    CONV1: 96 11x11

## Fix safety
There is no automatic fix: which kind was meant is for you to say.

## Source
docs/language.md, "Names" and "Kinds and arguments".
""",
)

UNEXPECTED = Code(
    "SYN107",
    "unexpected-word",
    ERROR,
    """\
## What it does
A word stands where the kind of layer takes none.

## Why is this bad
A word that is dropped silently could have been a number that matters.

## Example
    CONV1: 96 11x11 strde 4

## Use instead
    CONV1: 96 11x11 stride 4

## Fix safety
There is no automatic fix: a suggestion is a guess.

## Source
docs/language.md, "Kinds and arguments".
""",
)

MISSING = Code(
    "SYN108",
    "missing-value",
    ERROR,
    """\
## What it does
A value is missing: an option without its number, or a layer without one that it must have.

## Why is this bad
There is no default for it.

## Example
    CONV1: 11x11 stride

## Use instead
    CONV1: 96 11x11 stride 4

## Fix safety
There is no automatic fix: the number that is missing cannot be guessed.

## Source
docs/language.md, "Kinds and arguments".
""",
)

BAD_EXPRESSION = Code(
    "SYN109",
    "bad-expression",
    ERROR,
    """\
## What it does
An expression does not read, or has no value (a division by zero, a power without end).

## Why is this bad
The number it stands for is unknown.

## Example
    conv 64/0 3x3

## Use instead
    conv 64/2 3x3

## Fix safety
There is no automatic fix: what the expression was to be cannot be guessed.

## Source
docs/language.md, "Constants and expressions".
""",
)

UNKNOWN_NAME = Code(
    "SYN110",
    "unknown-name",
    ERROR,
    """\
## What it does
An expression or a reference uses a name that is not defined above it.

## Why is this bad
A misspelt constant would otherwise be guessed.

## Example
    k = 192
    conv kk 3x3

## Use instead
    k = 192
    conv k 3x3

## Fix safety
There is no automatic fix: a suggestion is a guess.

## Source
docs/language.md, "Constants and expressions" and "Reading another line".
""",
)

ILLEGAL_VALUE = Code(
    "SYN111",
    "illegal-value",
    ERROR,
    """\
## What it does
A value is out of its bounds, not whole where a count is asked, or has the wrong form.

## Why is this bad
No layer has 2.5 filters, a stride of 0 or a pad below 0.

## Example
    conv 64 3x3 stride 0

## Use instead
    conv 64 3x3 stride 1

## Fix safety
There is no automatic fix: another number is another network.

## Source
docs/language.md, "Kinds and arguments"; PyTorch, torch.nn, refuses most of them as well.
""",
)

DUPLICATE_NAME = Code(
    "SYN112",
    "duplicate-name",
    ERROR,
    """\
## What it does
Two lines or constants of one scope bear the same name.

## Why is this bad
A claim or a reference to the name could mean either.

## Example
    CONV1: 64 3x3
    CONV1: 64 3x3

## Use instead
    CONV1: 64 3x3
    CONV2: 64 3x3

## Fix safety
There is no automatic fix: which of the two keeps the name is for you to say.

## Source
docs/language.md, "Names".
""",
)

DUPLICATE_VALUE = Code(
    "SYN113",
    "duplicate-value",
    ERROR,
    """\
## What it does
A value is given twice, or more values are given than the layer takes.

## Why is this bad
Only one of them could be meant.

## Example
    conv 64 3x3 stride 1 stride 2

## Use instead
    conv 64 3x3 stride 2

## Fix safety
There is no automatic fix: which of the values is meant is for you to say.

## Source
docs/language.md, "Kinds and arguments".
""",
)

RESERVED_NAME = Code(
    "SYN114",
    "reserved-name",
    ERROR,
    """\
## What it does
A constant is named like a kind, a flag, a directive, `x`, `i` or one of C W H D L.

## Why is this bad
The word could not be told from the language's own.

## Example
    C = 64

## Use instead
    width = 64

## Fix safety
There is no automatic fix: another name has to be found wherever it is read.

## Source
docs/language.md, "Names".
""",
)

BAD_CLAIM = Code(
    "SYN115",
    "bad-claim",
    ERROR,
    """\
## What it does
A claim or an expectation does not read.

## Why is this bad
A claim that cannot be read cannot be checked.

## Example
    CONV1: 96 11x11 => 55x55x96, 34,944 parms

## Use instead
    CONV1: 96 11x11 => 55x55x96, 34,944 params

## Fix safety
There is no automatic fix: what was to be claimed cannot be guessed.

## Source
docs/language.md, "Claims and expectations".
""",
)

MISPLACED = Code(
    "SYN116",
    "misplaced-line",
    ERROR,
    """\
## What it does
A line stands where it has no meaning: `axes` after a shape, a body under a layer, a bullet without a join.

## Why is this bad
Its effect on the lines around it would be undecided.

## Example
    INPUT: 32x32x3
    axes CxHxW

## Use instead
    axes CxHxW
    INPUT: 3x32x32

## Fix safety
There is no automatic fix: where it belongs is for you to say.

## Source
docs/language.md, "Branches and joins", "Conditions" and "Constants and expressions".
""",
)

NO_NETWORK = Code(
    "SYN117",
    "no-network",
    ERROR,
    """\
## What it does
The file has no input, no layer, or a layer before the input.

## Why is this bad
Shapes begin at an input.

## Example
    CONV1: 96 11x11

## Use instead
    INPUT: 227x227x3
    CONV1: 96 11x11

## Fix safety
There is no automatic fix: there is nothing to repair yet.

## Source
docs/language.md, "A pasted slide": a whole network in a few lines.
""",
)

NOT_YET = Code(
    "SYN118",
    "not-supported-yet",
    ERROR,
    """\
## What it does
The line uses a part of the language that this version does not read yet.

## Why is this bad
Ignoring it would give wrong numbers.

## Example
    maxpool 3x3 stride 2 pad 1 copy ceil

## Use instead
    maxpool 3x3 stride 2 pad 1 copy

## Fix safety
There is no automatic fix: another padding is another network.

## Source
docs/language.md, "Padding and rounding".
""",
)

CYCLE = Code(
    "SYN119",
    "block-calls-itself",
    ERROR,
    """\
## What it does
A block calls itself, directly or through others.

## Why is this bad
It would never end. Nothing a block computes can stop it: its calls are written out, not run.

## Example
    INPUT: 8x8x16
    block tower(n)
      conv 16 3x3 pad 1
      tower n-1
    tower 3

## Use instead
    INPUT: 8x8x16
    repeat 3
      conv 16 3x3 pad 1

## Fix safety
There is no automatic fix: which call is wrong is for you to say.

## Source
docs/language.md, "Blocks".
""",
)

UNKNOWN_NUMBER = Code(
    "SYN120",
    "misplaced-unknown",
    ERROR,
    """\
## What it does
A `?` stands where no number is solved for: in an expression, a block, a repeat or a range, or for a number that no
shape and no count follows from.

## Why is this bad
`?` asks for the numbers that make one line agree with what it claims. A line that is written once and made many
times would have a different answer each time.

## Example
    INPUT: 32x32x3
    repeat 2
      conv 8 3x3 pad ? => 32x32x8

## Use instead
    INPUT: 32x32x3
    repeat 2
      conv 8 3x3 pad 1 => 32x32x8

## Fix safety
There is no automatic fix: where a number is to be solved for is for you to say.

## Source
docs/language.md, "Unknowns".
""",
)

WINDOW_EXCEEDS = Code(
    "SHP101",
    "window-exceeds-input",
    ERROR,
    """\
## What it does
The window is larger than its padded input, so that no output is left.

## Why is this bad
(W - F + 2P)/S + 1 falls below 1; PyTorch refuses it.

## Example
    INPUT: 4x4x3
    conv 8 5x5

## Use instead
    INPUT: 4x4x3
    conv 8 3x3

## Fix safety
There is no automatic fix: another kernel, pad or input is another network.

## Source
CS231n, "Convolutional Networks": (W - F + 2P)/S + 1; Dumoulin & Visin 2016, relationship 6. PyTorch: "Kernel size
can't be greater than actual input size".
""",
)

GROUPS = Code(
    "SHP102",
    "groups-do-not-divide",
    ERROR,
    """\
## What it does
The groups of a convolution do not divide its input channels or its filters, or those of a `gn` or a `shuffle` do
not divide the channels.

## Why is this bad
Each group has an equal share of the channels, and of the filters.

## Example
    INPUT: 8x8x6
    conv 8 3x3 groups 4

## Use instead
    INPUT: 8x8x8
    conv 8 3x3 groups 4

## Fix safety
There is no automatic fix: another number of groups or filters is another network.

## Source
PyTorch, nn.Conv2d: in_channels and out_channels must both be divisible by groups. Krizhevsky et al. 2012, section 3.5,
the first network with groups.
""",
)

POOL_PAD = Code(
    "SHP103",
    "pool-pad-over-half",
    ERROR,
    """\
## What it does
A pool is padded by more than half its kernel.

## Why is this bad
A window could lie wholly in padding; PyTorch refuses it.

## Example
    maxpool 3x3 stride 2 pad 2

## Use instead
    maxpool 3x3 stride 2 pad 1

## Fix safety
There is no automatic fix: another pad is another network.

## Source
PyTorch, nn.MaxPool2d: "pad should be at most half of effective kernel size".
""",
)

WRONG_RANK = Code(
    "SHP104",
    "wrong-rank",
    ERROR,
    """\
## What it does
A layer is put on a tensor without the axes it slides over, on tokens that are not embedded, or an `embed` on numbers.

## Why is this bad
A window needs a map; a vector has none left after fc or flatten. Tokens are integers that stand for words: there is
nothing to multiply before each has its numbers.

## Example
    FC6: 4096
    conv 64 3x3

## Use instead
    conv 64 3x3
    FC6: 4096

## Fix safety
There is no automatic fix: what is missing in front of the layer is for you to say.

## Source
docs/language.md, "Shapes and axes"; PyTorch, torch.nn: the shapes that each module takes.
""",
)

WRONG_AXES = Code(
    "SHP105",
    "wrong-number-of-axes",
    ERROR,
    """\
## What it does
A value is given for more or fewer axes than the map has.

## Why is this bad
`28x28` is a 1-D map: 28 long with 28 channels. An image of one channel is 28x28x1.

## Example
    INPUT: 28x28
    conv 6 5x5

## Use instead
    INPUT: 28x28x1
    conv 6 5x5

## Fix safety
There is no automatic fix: which axis is meant is for you to say.

## Source
docs/language.md, "Shapes and axes".
""",
)

FILL_EXCEEDS = Code(
    "SHP106",
    "fill-exceeds-input",
    ERROR,
    """\
## What it does
A reflected or circular pad is as wide as the map, or wider.

## Why is this bad
There are not enough cells to reflect; PyTorch refuses it.

## Example
    INPUT: 2x2x3
    conv 8 3x3 pad 2 reflect

## Use instead
    INPUT: 2x2x3
    conv 8 3x3 pad 1 reflect

## Fix safety
There is no automatic fix: another pad is another network.

## Source
PyTorch, nn.functional.pad: reflected padding is smaller than the map, circular padding at most as large.
""",
)

POOL_EXCEEDS = Code(
    "SHP107",
    "pool-exceeds-input",
    ERROR,
    """\
## What it does
A 3-D average pool is larger than its input before padding.

## Why is this bad
PyTorch's avg_pool3d asks for it, whatever the padding.

## Example
    INPUT: 2x8x8x4
    avgpool 3x3x3 pad 1

## Use instead
    INPUT: 3x8x8x4
    avgpool 3x3x3 pad 1

## Fix safety
There is no automatic fix: another kernel is another network.

## Source
PyTorch, nn.AvgPool3d, refuses an "input image smaller than kernel size" before it pads.
""",
)

CONTRADICTION = Code(
    "SHP108",
    "contradicting-options",
    ERROR,
    """\
## What it does
Two options of one layer contradict each other.

## Why is this bad
Only one of them can hold.

## Example
    conv depthwise 3x3 groups 2

## Use instead
    conv depthwise 3x3

## Fix safety
There is no automatic fix: which of the two holds is for you to say.

## Source
docs/language.md, "Kinds and arguments".
""",
)

OUTPAD = Code(
    "SHP109",
    "outpad-too-large",
    ERROR,
    """\
## What it does
The `outpad` of a deconv is as large as its stride and its dilation, or larger.

## Why is this bad
It chooses among the outputs that one stride rounds to the same input; beyond that a cell would be added that no
window reaches. PyTorch refuses it.

## Example
    deconv 8 3x3 stride 2 pad 1 outpad 2

## Use instead
    deconv 8 3x3 stride 2 pad 1 outpad 1

## Fix safety
There is no automatic fix: another stride or outpad is another network.

## Source
PyTorch, nn.ConvTranspose2d: "output padding must be smaller than either stride or dilation". Dumoulin & Visin 2016,
relationship 14.
""",
)

EMPTY_OUTPUT = Code(
    "SHP110",
    "empty-output",
    ERROR,
    """\
## What it does
A deconv or a crop cuts away everything there is.

## Why is this bad
No layer can read a map without cells. PyTorch refuses some of these and hands on an empty tensor for others.

## Example
    INPUT: 4x4x3
    crop 2

## Use instead
    INPUT: 4x4x3
    crop 1

## Fix safety
There is no automatic fix: another pad is another network.

## Source
Dumoulin & Visin 2016, relationship 13: the extent of a transposed convolution.
""",
)

CONNECTION = Code(
    "SHP111",
    "bad-connection",
    ERROR,
    """\
## What it does
A row of `connect` names an input map that does not exist, or one map twice.

## Why is this bad
Maps are counted from 0, so that the last of 6 is 5; and a filter has one kernel for each map it reads.

## Example
    INPUT: 14x14x6
    conv 5x5 connect 0,1,2 4,5,6

## Use instead
    INPUT: 14x14x6
    conv 5x5 connect 0,1,2 3,4,5

## Fix safety
There is no automatic fix: which map was meant is for you to say.

## Source
LeCun et al. 1998, table I: which maps each filter of C3 reads.
""",
)

TOO_FEW = Code(
    "SHP112",
    "too-few-to-normalize",
    ERROR,
    """\
## What it does
A group or instance normalization takes its mean and variance of a single number.

## Why is this bad
A number less its own mean is 0 whatever it was, so that nothing of the input is left. PyTorch refuses it: an
instance normalization of 1x1 maps always, a group normalization with one sample.

## Example
    INPUT: 8x8x3
    gap
    instancenorm

## Use instead
    INPUT: 8x8x3
    instancenorm
    gap

## Fix safety
There is no automatic fix: another norm is another network.

## Source
Wu & He 2018, "Group Normalization", equation 3: the mean and the deviation of a set of numbers. PyTorch: "Expected more
than 1 value per channel when training".
""",
)

ELEMENTS = Code(
    "SHP113",
    "reshape-changes-size",
    ERROR,
    """\
## What it does
A `reshape` asks for a shape that holds another count of numbers than its input.

## Why is this bad
The same numbers stand under another shape; none are made and none are dropped. PyTorch refuses it.

## Example
    INPUT: 784
    reshape 28x28x3

## Use instead
    INPUT: 784
    reshape 28x28x1

## Fix safety
There is no automatic fix: another shape is another network.

## Source
PyTorch, torch.Tensor.view: "shape is invalid for input of size".
""",
)

SLICE = Code(
    "SHP114",
    "slice-outside-channels",
    ERROR,
    """\
## What it does
A `slice` ends where it begins or before, or beyond the last channel.

## Why is this bad
Channels are counted from 0 and the end is not included: of 64 channels the last ten are 54:64. PyTorch would take
what there is, or hand on an empty tensor, without a word.

## Example
    INPUT: 8x8x64
    slice 32:65

## Use instead
    INPUT: 8x8x64
    slice 32:64

## Fix safety
There is no automatic fix: other channels are another network.

## Source
docs/language.md, "Kinds and arguments".
""",
)

UNEQUAL = Code(
    "SHP115",
    "branches-differ",
    ERROR,
    """\
## What it does
The branches of a join do not fit together: other extents, or for `add` and `scale` other channels.

## Why is this bad
`add` adds number to number and repeats nothing; `concat` puts maps of one size behind each other; `scale` repeats
axes of 1 and no others. PyTorch refuses it, or repeats what was not meant to be.

## Example
    INPUT: 8x8x16
    add
      - conv 16 3x3
      - identity

## Use instead
    INPUT: 8x8x16
    add
      - conv 16 3x3 pad 1
      - identity

## Fix safety
There is no automatic fix: which branch is wrong is for you to say.

## Source
He et al. 2016, equation 1, for add; Szegedy et al. 2015, section 4, for concat; PyTorch, torch.cat.
""",
)

MISFIT = Code(
    "SHP116",
    "misfit",
    ERROR,
    """\
## What it does
A layer cannot be made to fit another: a `shortcut` beside a branch that makes the map larger, an `upsample to` or
`crop to` a map that is no whole multiple or not inside, a `share` of weights on other channels.

## Why is this bad
The size or the weights that it should take from the other layer do not exist.

## Example
    INPUT: 8x8x16
    CONV1: 16 3x3
    upsample to INPUT

## Use instead
    INPUT: 8x8x16
    CONV1: 16 3x3 pad 1 stride 2
    upsample to INPUT

## Fix safety
There is no automatic fix: which of the two layers is wrong is for you to say.

## Source
He et al. 2016, section 3.3: shortcuts where the shapes differ. Ronneberger et al. 2015, section 2: crops.
""",
)

UNCLEAR_RECIPE = Code(
    "SYN121",
    "unclear-recipe",
    ERROR,
    """\
## What it does
A word or a number of the file's recipe means nothing to the training script, is out of bounds, contradicts another
one, or is of no use to this network: `momentun 0.9`, `lr 0`, `sgd, adam`, momentum with adam, steps that do not rise,
`flip` where no images are read. It is said where a script is written: by `cnncalc build --train` and `cnncalc train`.
All else keeps the recipe as it stands.

## Why is this bad
The script would train with another recipe than the file says.

## Example
    INPUT: 784
    FC1: 10
    train: batch 128, momentun 0.9

## Use instead
    INPUT: 784
    FC1: 10
    train: batch 128, momentum 0.9

## Fix safety
There is no automatic fix: what the recipe says is for you to say.

## Source
docs/training.md, "The recipe".
""",
)

NO_ANSWER = Code(
    "SHP117",
    "no-answer",
    ERROR,
    """\
## What it does
No number that a `?` could stand for makes the line what it claims and every window on it fit exactly.

## Why is this bad
The claim, or one of the numbers that are written, is wrong. All there is was tried: the message says how far the
search went and what the numbers nearest to an answer give.

## Example
    INPUT: 32x32x3
    CONV1: 8 5x5 stride 2 pad ?

## Use instead
    INPUT: 33x33x3
    CONV1: 8 5x5 stride 2 pad ? => 17x17x8

## Fix safety
There is no automatic fix: which number of the line is wrong is for you to say.

## Source
CS231n, "Convolutional Networks": (W - F + 2P)/S + 1, solved for what is asked; docs/language.md, "Unknowns".
""",
)

UNDETERMINED = Code(
    "SHP118",
    "undetermined",
    ERROR,
    """\
## What it does
Nothing says which number a `?` stands for: any would do, without end.

## Why is this bad
The number of filters follows from what a line claims, not from its input.

## Example
    INPUT: 32x32x3
    CONV1: ? 3x3

## Use instead
    INPUT: 32x32x3
    CONV1: ? 3x3 => 30x30x16

## Fix safety
There is no automatic fix: what else is to hold is for you to say.

## Source
docs/language.md, "Unknowns".
""",
)

FAULTS: tuple[Code, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Code))
