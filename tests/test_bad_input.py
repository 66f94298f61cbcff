"""Every way a line can be wrong: the code, the place, the word under the caret, the message and the remedy.

A row of `BAD` is a spec and what is said of it: `CODE line:column word | message | remedy`, all findings of the file.
"""

import ast
from pathlib import Path

import pytest
from ending import ending
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnncalc import faults
from cnncalc.api import SpecError, analyse, loads
from cnncalc.source import Limits

PACKAGE = Path(__file__).parent.parent / "cnncalc"
INPUT = "INPUT: 32x32x3\n"
BAD = {
    "kinds and names": {
        "INPUT: 32x32x3\n64 3x3 filters stride 2": (
            "SYN106 2:1 64 | the line names no kind of layer | "
            "begin it with a kind (conv 64 3x3) or a name (CONV1: 64 3x3)",
        ),
        "INPUT: 32x32x3\nkonv 8 3x3": ("SYN106 2:1 konv | 'konv' is no kind of layer | did you mean 'conv'?",),
        "INPUT: 32x32x3\nKONV1: 8 3x3": (
            "SYN106 2:1 KONV1 | 'KONV1' begins with no kind of layer | did you mean 'conv'?",
        ),
        "INPUT: 32x32x3\nconva: 8 3x3": (
            "SYN106 2:1 conva | 'conva' begins with no kind of layer | did you mean 'conv'?",
        ),
        "INPUT: 32x32x3\nCONV1 8 3x3": (
            "SYN106 2:1 CONV1 | 'CONV1' is no kind of layer | a name ends with a colon: 'CONV1:'",
        ),
        "INPUT: 32x32x3\nfc10": ("SYN106 2:1 fc10 | 'fc10' is no kind of layer | a name ends with a colon: 'fc10:'",),
        "INPUT: 32x32x3\nCONV 1: 8 3x3": (
            "SYN107 2:7 : | ':' means nothing to conv | "
            "a name is one word of letters, digits, _ and . before its colon: 'CONV1:'",
        ),
        "INPUT: 32x32x3\nconv-1: 8 3x3": (
            "SYN107 2:7 : | ':' means nothing to conv | "
            "a name is one word of letters, digits, _ and . before its colon: 'CONV1:'",
        ),
        "INPUT: 32x32x3\nCONV2-4: 8 3x3": (
            "SYN106 2:1 CONV2 | 'CONV2' is no kind of layer | a range of layers is written CONV2..12:",
        ),
        "INPUT: 32x32x3\nstem: 8 3x3": (
            "SYN106 2:1 stem | 'stem' begins with no kind of layer | write the kind behind the colon: 'stem: conv ...'",
        ),
        "INPUT: 32x32x3\nk: 3": (
            "SYN106 2:1 k | 'k' begins with no kind of layer | "
            "a constant is written 'k = 3'; a layer has its kind behind the colon",
        ),
        "INPUT: 32x32x3\nk == 3": ("SYN106 2:1 k | 'k' is no kind of layer | a constant is written 'k = ...'",),
        "INPUT: 32x32x3\nDense: 10": (
            "SYN106 2:1 Dense | 'Dense' begins with no kind of layer | here it is called 'fc': 'Dense: fc ...'",
        ),
        "INPUT: 32x32x3\ndense 10": ("SYN106 2:1 dense | 'dense' is no kind of layer | here it is called 'fc'",),
        "INPUT: 32x32x3\nConv2D 8 3x3": (
            "SYN106 2:1 Conv2D | 'Conv2D' is no kind of layer | here it is called 'conv'",
        ),
        "INPUT: 32x32x3\nnn.Conv2d(3, 8, 3)": (
            "SYN106 2:1 nn.Conv2d | 'nn.Conv2d' is no kind of layer | "
            "a layer begins with its kind (conv 64 3x3) or a name and a colon (CONV1: 64 3x3)",
        ),
        "INPUT: 32x32x3\nunpool 2": ("SYN106 2:1 unpool | 'unpool' is no kind of layer | did you mean 'l2pool'?",),
        "INPUT: 32x32x3\n: conv 8 3x3": (
            "SYN106 2:1 : | the line names no kind of layer | "
            "begin it with a kind (conv 64 3x3) or a name (CONV1: 64 3x3)",
        ),
        "INPUT: 32x32x3\n=> 30x30x8": (
            "SYN106 2:1 => | the line names no kind of layer | "
            "begin it with a kind (conv 64 3x3) or a name (CONV1: 64 3x3)",
        ),
        "INPUT: 32x32x3\n...": (
            "SYN106 2:1 .. | the line names no kind of layer | "
            "begin it with a kind (conv 64 3x3) or a name (CONV1: 64 3x3)",
        ),
        'INPUT: 32x32x3\n"conv 8 3x3"': (
            'SYN106 2:1 " | the line names no kind of layer | '
            "begin it with a kind (conv 64 3x3) or a name (CONV1: 64 3x3)",
        ),
        "INPUT: 32x32x3\nhead:": (
            "SYN106 2:1 head | 'head' names no kind of layer, and no body follows | "
            "write the kind behind the colon, or indent the lines that belong to it",
        ),
        "INPUT: 32x32x3\nrounding: ceil": (
            "SYN106 2:1 rounding | 'rounding' names no kind of layer | the directive takes no colon: rounding ceil",
        ),
        "INPUT: 32x32x3\naxes: CxHxW": (
            "SYN106 2:1 axes | 'axes' names no kind of layer | the directive takes no colon: axes CxHxW",
        ),
        "INPUT: 32x32x3\n(30x30x8) CONV1: 8 3x3": (
            "SYN106 2:1 ( | the line names no kind of layer | "
            "begin it with a kind (conv 64 3x3) or a name (CONV1: 64 3x3)",
        ),
        "INPUT: 32x32x3\nglobal average pooling": (
            "SYN106 2:1 global | 'global' is no kind of layer | before a kind it says which pool: avg pool 2x2",
        ),
        "INPUT: 32x32x3\nBatchNorm": (
            "SYN106 2:1 BatchNorm | 'BatchNorm' is no kind of layer | here it is called 'bn'",
        ),
        "INPUT: 32x32x3\nnormalization": (
            "SYN106 2:1 normalization | 'normalization' is no kind of layer | here it is called 'norm'",
        ),
        "INPUT: 32x32x3\nCONV1: 8 3x3\nCONV1: 8 3x3": (
            "SYN112 3:1 CONV1 | 'CONV1' is named twice: on line 2 and here | give each its own name",
        ),
        "INPUT: 32x32x3\nCONV1: 8 3x3 relu\nCONV1.relu: bn": (
            "SYN112 3:1 CONV1.relu | 'CONV1.relu' is named twice: on line 2 and here | give each its own name",
        ),
        "INPUT: 32x32x3\nCONV1..3: 8 3x3\nCONV2: 8 3x3": (
            "SYN112 3:1 CONV2 | 'CONV2' is named twice: on line 2 and here | give each its own name",
        ),
        "INPUT: 32x32x3\na.b: conv 8 3x3\na:\n  b: conv 8 3x3": (
            "SYN112 4:3 b | 'a.b' is named twice: on line 2 and here | give each its own name",
        ),
    },
    "values that are missing": {
        "INPUT: 32x32x3\nconv 5x5 connect all": (
            "SYN108 2:18 all | no rows of indices stand here | "
            "write the input maps of each filter: connect 0,1,2 1,2,3",
        ),
        "INPUT: 32x32x3\nconv": ("SYN108 2:1 conv | conv has no kernel | write conv [filters] [kernel]",),
        "INPUT: 32x32x3\nconv 8": ("SYN108 2:1 conv 8 | conv has no kernel | write conv [filters] [kernel]",),
        "INPUT: 32x32x3\nconv 3x3": (
            "SYN108 2:1 conv 3x3 | conv has no number of filters | write it first: conv 64 3x3",
        ),
        "INPUT: 32x32x3\nfc": ("SYN108 2:1 fc | fc has no units | write fc [units]",),
        "INPUT: 32x32x3\nCONV1:": ("SYN108 2:7  | conv has no kernel | write conv [filters] [kernel]",),
        "INPUT: 32x32x3\nPOOL1:": ("SYN108 2:7  | maxpool has no kernel | write maxpool [kernel]",),
        "INPUT: 32x32x3\nmaxpool stride 2": (
            "SYN108 2:1 maxpool stride 2 | maxpool has no kernel | write maxpool [kernel]",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 stride": (
            "SYN108 2:12 stride | 'stride' has no value | write 'stride 1' or leave it out",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 stride pad 1": (
            "SYN108 2:12 stride | 'stride' has no value | write 'stride 1' or leave it out",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 pad, stride 2": (
            "SYN108 2:12 pad | 'pad' has no value | write 'pad 1' or leave it out",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 stride => 30x30x8": (
            "SYN108 2:12 stride | 'stride' has no value | write 'stride 1' or leave it out",
        ),
        "INPUT: 32x32x3\nconv K= 3x3 F": (
            "SYN110 2:13 F | 'F' is no word of conv and no constant of the file | "
            "a constant has a line of its own: F = 64",
        ),
        "INPUT: 32x32x3\ndropout p=": ("SYN108 2:9 p | 'p' has no value | write 'p=3', or the number alone",),
        "INPUT: 32x32x3\nk =": ("SYN108 2:3 = | no value follows '=' | write a number or an expression",),
        "INPUT: 32x32x3\nrepeat\n  relu": ("SYN108 2:1 repeat | 'repeat' has no number | write 'repeat 3'",),
    },
    "values too many": {
        "INPUT: 32x32x3\nconv 8 3x3 4": (
            "SYN113 2:12 4 | one value too many: conv takes [filters] [kernel] | "
            "name what it is: stride, pad, dilation, groups, in, connect; a kernel is joined by 'x': 3x3",
        ),
        "INPUT: 32x32x3\nconv 96, 11x11, 4": (
            "SYN113 2:17 4 | one value too many: conv takes [filters] [kernel] | "
            "name what it is: stride, pad, dilation, groups, in, connect; a kernel is joined by 'x': 3x3",
        ),
        "INPUT: 32x32x3\nconv 8 3 3": (
            "SYN113 2:10 3 | one value too many: conv takes [filters] [kernel] | "
            "name what it is: stride, pad, dilation, groups, in, connect; a kernel is joined by 'x': 3x3",
        ),
        "INPUT: 32x32x3\nfc 12,34": ("SYN113 2:7 34 | one value too many: fc takes [units] | name what it is: in",),
        "INPUT: 32x32x3\nfc 10 20": ("SYN113 2:7 20 | one value too many: fc takes [units] | name what it is: in",),
        "INPUT: 32x32x3\nrelu 0.3": ("SYN113 2:6 0.3 | one value too many: relu takes no such value | remove it",),
        "INPUT: 32x32x3\nsoftmax 3": ("SYN113 2:9 3 | one value too many: softmax takes no such value | remove it",),
        "INPUT: 32x32x3\ngap 7x7": ("SYN113 2:5 7x7 | one value too many: gap takes no such value | remove it",),
        "INPUT: 32x32x3\nbias untied 3": ("SYN113 2:13 3 | one value too many: bias takes no such value | remove it",),
        "INPUT: 32x32x3\ndropout 0.5 0.2": ("SYN113 2:13 0.2 | one value too many: dropout takes [p] | remove it",),
        "INPUT: 32x32x3\nconv 8 3x3 stride 1 stride 2": (
            "SYN113 2:21 stride | 'stride' is given twice | keep the one that is meant",
        ),
        "INPUT: 32x32x3\nconv K=8 64 3x3": (
            "SYN113 2:13 3x3 | one value too many: conv takes [filters] [kernel] | "
            "name what it is: stride, pad, dilation, groups, in, connect; a kernel is joined by 'x': 3x3",
        ),
        "INPUT: 32x32x3\nconv 64 k=3": (
            "SYN113 2:9 k | 'filters' is given twice | K counts the filters; the kernel is F",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 nobias nobias": (
            "SYN113 2:19 nobias | 'nobias' is given twice | keep the one that is meant",
        ),
        "INPUT: 32x32x3\nINPUT: 32 32 3": (
            "SYN113 2:11 32 | one value too many: input takes [shape] | "
            "the axes of a shape are joined by 'x': 227x227x3",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 P=1 pad 1": (
            "SYN113 2:16 pad | 'pad' is given twice | keep the one that is meant",
        ),
        "INPUT: 32x32x3\npool F=2 K=2": ("SYN113 2:10 K | 'kernel' is given twice | keep the one that is meant",),
    },
    "words without meaning": {
        "INPUT: 32x32x3\nconv 8 3x3 strde 2": (
            "SYN107 2:12 strde | 'strde' means nothing to conv | did you mean 'stride'?",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 padding 1": (
            "SYN107 2:12 padding | 'padding' means nothing to conv | write 'pad'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 same": ("SYN107 2:12 same | 'same' means nothing to conv | write 'pad same'",),
        "INPUT: 32x32x3\nconv 8 3x3 reflect": (
            "SYN107 2:12 reflect | 'reflect' means nothing to conv | a fill follows its pad: pad 1 reflect",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 zero pad 1": (
            "SYN107 2:12 zero | 'zero' means nothing to conv | 'pad 1' pads with zeros",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 kernel_size 3": (
            "SYN107 2:12 kernel_size | 'kernel_size' means nothing to conv | write 'kernel'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 strides 2": (
            "SYN107 2:12 strides | 'strides' means nothing to conv | write 'stride'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 bias": (
            "SYN107 2:12 bias | 'bias' cannot follow another layer | "
            "give it a line of its own, or part the two with ';'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 ceil": (
            "SYN107 2:12 ceil | 'ceil' means nothing to conv | conv has no such option",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 vocab 3": (
            "SYN107 2:12 vocab | 'vocab' means nothing to conv | conv has no such option",
        ),
        "INPUT: 32x32x3\nbn eps 1e-5": ("SYN107 2:4 eps | 'eps' means nothing to bn | bn has no options",),
        "INPUT: 32x32x3\nrelu stride 2": (
            "SYN107 2:6 stride | 'stride' means nothing to relu | relu has no such option",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 relu stride 2": (
            "SYN107 2:17 stride | 'stride' means nothing to relu | "
            "an option stands behind its kind: write 'stride' before what follows conv",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 dense": (
            "SYN107 2:12 dense | 'dense' means nothing to conv | here it is called 'fc'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 fc 10": (
            "SYN107 2:12 fc | 'fc' cannot follow another layer | give it a line of its own, or part the two with ';'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 flatten": (
            "SYN107 2:12 flatten | 'flatten' cannot follow another layer | "
            "give it a line of its own, or part the two with ';'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 rleu": ("SYN107 2:12 rleu | 'rleu' means nothing to conv | did you mean 'relu'?",),
        "INPUT: 32x32x3\nconv 8 3x3 maxpol 2": (
            "SYN107 2:12 maxpol | 'maxpol' means nothing to conv | did you mean 'maxpool'?",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 nobias=0": (
            "SYN107 2:12 nobias | 'nobias' takes no value | write 'nobias' alone, or leave it out",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 bn=1": ("SYN107 2:14 = | '=' means nothing to bn | a claim begins with '=>'",),
        "INPUT: 32x32x3\nconv 8 3x3 frob=2": (
            "SYN107 2:12 frob | 'frob' means nothing to conv | "
            "conv knows stride, pad, dilation, groups, nobias, depthwise, in, connect",
        ),
        "INPUT: 32x32x3\nconv 8 frob": (
            "SYN110 2:8 frob | 'frob' is no word of conv and no constant of the file | "
            "a constant has a line of its own: frob = 64",
        ),
        "INPUT: 32x32x3\nconv kk 3x3": (
            "SYN110 2:6 kk | 'kk' is no word of conv and no constant of the file | "
            "a constant has a line of its own: kk = 64",
        ),
        "INPUT: 32x32x3\nconv 8 WxH": ("SYN107 2:8 WxH | 'WxH' means nothing to conv | write '(W)x(H)'",),
        "INPUT: 32x32x3\nconv 8 (3)xk": ("SYN107 2:11 xk | 'xk' means nothing to conv | write 'x(k)'",),
        "INPUT: 32x32x3\nconv 8 3xk": ("SYN107 2:8 3xk | '3xk' means nothing to conv | write '3x(k)'",),
        "INPUT: 32x32x3\nconv 8 kx3": ("SYN107 2:8 kx3 | 'kx3' means nothing to conv | write '(k)x3'",),
        "INPUT: 32x32x3\nconv 8 3 x k": (
            "SYN107 2:10 x | 'x' means nothing to conv | extents that are no plain numbers take parentheses: (k)x3",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 plane": (
            "SYN107 2:12 plane | 'plane' means nothing to conv | did you mean 'plain'?",
        ),
        "INPUT: 32x32x3\nmax conv 8 3x3": (
            "SYN106 2:1 max | 'max' is no kind of layer | before a kind it says which pool: avg pool 2x2",
        ),
        "INPUT: 32x32x3\navgpool max 2x2": (
            "SYN107 2:9 max | 'max' means nothing to avgpool | it says which pool: max pool, pool avg",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 s 2": (
            "SYN107 2:12 s | 's' means nothing to conv | "
            "conv knows stride, pad, dilation, groups, nobias, depthwise, in, connect",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 p1": (
            "SYN107 2:12 p1 | 'p1' means nothing to conv | "
            "conv knows stride, pad, dilation, groups, nobias, depthwise, in, connect",
        ),
    },
    "signs without meaning": {
        "INPUT: 32x32x3\nconv 8 3x3 // remark": (
            "SYN107 2:12 // | '//' means nothing to conv | comments start with '#'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 -> 30x30x8": ("SYN107 2:12 -> | '->' begins no claim | write '=>'",),
        "INPUT: 32x32x3\nconv 8 3x3 = 30x30x8": (
            "SYN107 2:12 = | '=' means nothing to conv | a claim begins with '=>'",
        ),
        "INPUT: 32x32x3\nconv 7x7, 64, /2": (
            "SYN107 2:15 / | '/' means nothing to conv | a stride is written 'stride 2'",
        ),
        "INPUT: 32x32x3\nconv 32 * 2 3x3": (
            "SYN107 2:9 * | '*' means nothing to conv | an argument ends at a space: write 32*2 or (32 * 2)",
        ),
        "INPUT: 32x32x3\nCONV1: **8** 3x3": (
            "SYN107 2:8 ** | '**' means nothing to conv | emphasis is dropped around names only",
        ),
        "INPUT: 32x32x3\nconv 6@28x28": (
            "SYN107 2:7 @ | '@' means nothing to conv | 6@28x28 is a shape: it stands behind INPUT and in claims",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 \\ # goes on": (
            "SYN107 2:12 \\ | '\\' means nothing to conv | a line goes on behind '\\' only where nothing follows it",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 | relu": (
            "SYN107 2:12 | | '|' means nothing to conv | the parts of a line are parted by spaces",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 -- remark": (
            "SYN109 2:13 - | no value touches '-' | "
            "an argument ends at a space; an expression with spaces takes parentheses",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 %": (
            "SYN107 2:12 % | '%' means nothing to conv | a remark stands in parentheses, a comment behind '#'",
        ),
        'INPUT: 32x32x3\nconv 8 3x3 "a"': (
            "SYN107 2:12 \" | '\"' means nothing to conv | a remark stands in parentheses, a comment behind '#'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 {a}": (
            "SYN107 2:12 { | '{' means nothing to conv | a remark stands in parentheses, a comment behind '#'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 [3]": (
            "SYN107 2:12 [ | '[' means nothing to conv | claims stand before the name or behind '=>'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 : 2": (
            "SYN107 2:12 : | ':' means nothing to conv | "
            "a name is one word of letters, digits, _ and . before its colon: 'CONV1:'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 pad 1:2:3": (
            "SYN107 2:19 : | more than two ends are joined by ':' | "
            "write start:end, for a pad on each axis: pad 0:1x2:3",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 $5": (
            "SYN107 2:12 $ | '$' means nothing to conv | a remark stands in parentheses, a comment behind '#'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 'a'": (
            "SYN107 2:12 ' | ''' means nothing to conv | a remark stands in parentheses, a comment behind '#'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 > 2": ("SYN107 2:12 > | '>' means nothing to conv | a claim begins with '=>'",),
        "INPUT: 32x32x3\nconv 8 3x3 ==> 30x30x8": (
            "SYN107 2:12 == | '==' means nothing to conv | a remark stands in parentheses, a comment behind '#'",
        ),
        "INPUT: 32x32x3\nconv 8 W=3": ("SYN107 2:9 = | '=' means nothing to conv | conv has no option 'W'",),
    },
    "characters": {
        "INPUT: 32x32x3\nconv 8 3\u04453": (
            "SYN102 2:9 \u0445 | U+0445 (cyrillic small letter ha) is not the character it looks like | write x",
        ),
        "INPUT: 32x32x3\nconv 8 \uff13x3": (
            "SYN102 2:8 \uff13 | U+FF13 (fullwidth digit three) is not the character it looks like | write 3",
        ),
        "INPUT: 32x32x3\nconv 8 3\u20133": (
            "SYN102 2:9 \u2013 | U+2013 (en dash) is not the character it looks like | write -",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 \u2014 stride 2": (
            "SYN102 2:12 \u2014 | U+2014 (em dash) is not the character it looks like | write -",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 stride\xb2": (
            "SYN102 2:18 \xb2 | U+00B2 (superscript two) is not the character it looks like | write 2",
        ),
        "INPUT: 32x32x3\nconv \u03c0 3x3": (
            "SYN102 2:6 \u03c0 | U+03C0 (greek small letter pi) is no character of the language | "
            "write it in plain letters",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 \u2192 30x30x8": (
            "SYN102 2:12 \u2192 | U+2192 (rightwards arrow) is not the character it looks like | write =>",
        ),
        "INPUT: 32x32x3\nCONV1\uff1a 8 3x3": (
            "SYN102 2:6 \uff1a | U+FF1A (fullwidth colon) is not the character it looks like | write :",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 \u201cwide\u201d": (
            "SYN102 2:12 \u201c | U+201C (left double quotation mark) is not the character it looks like | "
            "write nothing",
            "SYN102 2:17 \u201d | U+201D (right double quotation mark) is not the character it looks like | "
            "write nothing",
        ),
        "INPUT: 32x32x3\nexpect params \u2264 5": (
            "SYN102 2:15 \u2264 | U+2264 (less-than or equal to) is not the character it looks like | write <=",
        ),
        "INPUT: 32x32x3\nCONV2\u20264: 8 3x3": (
            "SYN102 2:6 \u2026 | U+2026 (horizontal ellipsis) is not the character it looks like | write ..",
        ),
        "INPUT: 32x32x3\nconv 8 3\u22173": (
            "SYN102 2:9 \u2217 | U+2217 (asterisk operator) is not the character it looks like | write *",
        ),
        "INPUT: 32x32x3\ncafe\u0301: conv 8 3x3": (
            "SYN102 2:5 \u0301 | U+0301 (combining acute accent) stands apart from its letter | "
            "write the letter and its mark as one character",
        ),
        "INPUT: 32x32x3\nconv 8 3x3\x07": ("SYN102 2:11 \x07 | U+0007 is a control character | remove it",),
        "INPUT: 32x32x3\nconv 8 3x3 # bell \x07": ("SYN102 2:19 \x07 | U+0007 is a control character | remove it",),
        "INPUT: 32x32x3\nconv 8\r3x3": ("SYN102 2:7 \r | U+000D is a control character | remove it",),
        "INPUT: 32x32x3\nconv 8 3x3\u200e": ("SYN102 2:11 \u200e | U+200E is a control character | remove it",),
        "INPUT: 32x32x3\nconv \xbd 3x3": (
            "SYN102 2:6 \xbd | U+00BD (vulgar fraction one half) is no character of the language | "
            "write it in plain letters",
        ),
        "INPUT: 32x32x3\n\u0421ONV1: 8 3x3": (
            "SYN102 2:1 \u0421 | U+0421 (cyrillic capital letter es) is not the character it looks like | write C",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 \u2603": (
            "SYN102 2:12 \u2603 | U+2603 (snowman) is no character of the language | write it in plain letters",
        ),
        "INPUT: 32x32x3\nconv 8 3\xb73": (
            "SYN102 2:9 \xb7 | U+00B7 (middle dot) is no character of the language | write it in plain letters",
        ),
        "INPUT: 32x32x3\nconv \u0663 3x3": (
            "SYN102 2:6 \u0663 | U+0663 (arabic-indic digit three) is no character of the language | "
            "write it in plain letters",
        ),
        "INPUT: 32x32x3\nconv 8 3x3\u2028relu": ("SYN102 2:11 \u2028 | U+2028 is a control character | remove it",),
        "INPUT: 32x32x3\nconv 8 3x3 \xf7 2": (
            "SYN102 2:12 \xf7 | U+00F7 (division sign) is not the character it looks like | write /",
        ),
    },
    "brackets": {
        "INPUT: 32x32x3\nconv 8 3x3 (": ("SYN105 2:12 ( | '(' has no matching ')' | add ')', or remove '('",),
        "INPUT: 32x32x3\nconv 8 3x3 )": ("SYN105 2:12 ) | ')' has no matching '(' | add '(', or remove ')'",),
        "INPUT: 32x32x3\nconv 8 3x3 (a (b)": ("SYN105 2:12 ( | '(' has no matching ')' | add ')', or remove '('",),
        "INPUT: 32x32x3\nconv (8 3x3": ("SYN105 2:6 ( | '(' has no matching ')' | add ')', or remove '('",),
        "INPUT: 32x32x3\n[30x30x8 CONV1: 8 3x3": ("SYN105 2:1 [ | '[' has no matching ']' | add ']', or remove '['",),
        "INPUT: 32x32x3\n30x30x8] CONV1: 8 3x3": ("SYN105 2:8 ] | ']' has no matching '[' | add '[', or remove ']'",),
        "INPUT: 32x32x3\nconv 8 3x3)(": ("SYN105 2:11 ) | ')' has no matching '(' | add '(', or remove ')'",),
        "INPUT: 32x32x3\nconv 8 3x3 (a]": ("SYN105 2:14 ] | ']' has no matching '[' | add '[', or remove ']'",),
        "INPUT: 32x32x3\nk = (3": ("SYN105 2:5 ( | '(' has no matching ')' | add ')', or remove '('",),
        "INPUT: 32x32x3\nconv 8 3x3 => [30x30x8": ("SYN105 2:15 [ | '[' has no matching ']' | add ']', or remove '['",),
        "INPUT: 32x32x3\nconv max(8,4 3x3": ("SYN105 2:9 ( | '(' has no matching ')' | add ')', or remove '('",),
        "INPUT: 32x32x3\nexpect params( = 3": ("SYN105 2:14 ( | '(' has no matching ')' | add ')', or remove '('",),
    },
    "values out of bounds": {
        "INPUT: 32x32x3\nconv 0 3x3": (
            "SYN111 2:6 0 | filters is 0, and must be at least 1 | write a value of at least 1",
        ),
        "INPUT: 32x32x3\nconv -5 3x3": (
            "SYN111 2:6 -5 | filters is -5, and must be at least 1 | write a value of at least 1",
        ),
        "INPUT: 32x32x3\nconv 64.5 3x3": (
            "SYN111 2:6 64.5 | filters is 129/2 = 64.5, and must be whole | use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nconv 64 0x3": (
            "SYN111 2:9 0 | kernel is 0, and must be at least 1 | write a value of at least 1",
        ),
        "INPUT: 32x32x3\nconv 64 3.5": (
            "SYN111 2:9 3.5 | kernel is 7/2 = 3.5, and must be whole | use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nconv 64 3x3 stride 0": (
            "SYN111 2:20 0 | stride is 0, and must be at least 1 | write a value of at least 1",
        ),
        "INPUT: 32x32x3\nconv 64 3x3 stride 1/2": (
            "SYN111 2:20 1/2 | stride is 1/2 = 0.5, and must be whole | use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nconv 64 3x3 dilation 0": (
            "SYN111 2:22 0 | dilation is 0, and must be at least 1 | write a value of at least 1",
        ),
        "INPUT: 32x32x3\nconv 64 3x3 groups 0": (
            "SYN111 2:20 0 | groups is 0, and must be at least 1 | write a value of at least 1",
        ),
        "INPUT: 32x32x3\nconv 64 3x3 pad -1": (
            "SYN111 2:17 -1 | pad is -1, and must be at least 0 | write a value of at least 0",
        ),
        "INPUT: 32x32x3\nconv 64 3x3 pad 0:-1": (
            "SYN111 2:19 -1 | pad is -1, and must be at least 0 | write a value of at least 0",
        ),
        "INPUT: 32x32x3\nconv 64 3x3 pad 1.5": (
            "SYN111 2:17 1.5 | pad is 3/2 = 1.5, and must be whole | use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nconv 96 11x11/4": (
            "SYN111 2:12 11/4 | kernel is 11/4 = 2.75, and must be whole | "
            "write a stride as 'stride N', or use // to divide",
        ),
        "INPUT: 32x32x3\nfc 0": ("SYN111 2:4 0 | units is 0, and must be at least 1 | write a value of at least 1",),
        "INPUT: 32x32x3\nfc 1/3": (
            "SYN111 2:4 1/3 | units is 1/3 = 0.333333, and must be whole | use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\ndropout 1.5": (
            "SYN111 2:9 1.5 | p is 3/2 = 1.5, and must be at most 1 | write a value of at most 1",
        ),
        "INPUT: 32x32x3\ndropout -0.1": (
            "SYN111 2:9 -0.1 | p is -1/10 = -0.1, and must be at least 0 | write a value of at least 0",
        ),
        "INPUT: 32x32x3\nlrn 0": ("SYN111 2:5 0 | size is 0, and must be at least 1 | write a value of at least 1",),
        "INPUT: 32x32x3\nconv 8 3x3 groups 2x2": (
            "SYN111 2:19 2x2 | groups is one number, not 2 joined by 'x' | write 'groups 2'",
        ),
        "INPUT: 32x32x3\nfc 2x2": ("SYN113 2:4 2x2 | one value too many: fc takes [units] | name what it is: in",),
        "INPUT: 32x32x3\nconv 8x8 3x3": (
            "SYN113 2:10 3x3 | one value too many: conv takes [filters] [kernel] | "
            "name what it is: stride, pad, dilation, groups, in, connect; a kernel is joined by 'x': 3x3",
        ),
        "INPUT: 32x32x3\nconv C/2 3x3": (
            "SYN111 2:6 C/2 | filters is 3/2 = 1.5, and must be whole | use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 in 0": (
            "SYN111 2:15 0 | in is 0, and must be at least 1 | write a value of at least 1",
        ),
        "INPUT: 32x32x3\nrepeat 2.5\n  relu": (
            "SYN111 2:8 2.5 | a repeat of 5/2 = 2.5 is asked for, and must be whole and at least 0 | "
            "write 'repeat 3', or use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nrepeat -1\n  relu": (
            "SYN111 2:8 -1 | a repeat of -1 is asked for, and must be whole and at least 0 | "
            "write 'repeat 3', or use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nCONV1..(7/2): 8 1x1": (
            "SYN111 2:1 CONV1..(7/2) | the range ends at 7/2 = 3.5, and must end at a whole number | "
            "use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nCONV..3: 8 1x1": (
            "SYN111 2:1 CONV..3 | the range 'CONV..' has no first number | write CONV2..12",
        ),
        "INPUT: 32x32x3\nCONV2..CONV4: 8 1x1": ("SYN107 2:8 CONV4 | 'CONV4' ends no range | write CONV2..4",),
        "INPUT: 32x32x3\nconv 8 3x3 => 0x30x8": (
            "SYN111 2:15 0 | an extent of 0 is claimed, and must be at least 1 | write a value of at least 1",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 30.5x30x8": (
            "SYN111 2:15 30.5 | an extent of 61/2 = 30.5 is claimed, and must be whole | "
            "use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nconv 1e-400 3x3": (
            "SYN111 2:6 1e-400 | filters is about 10**-400, and must be whole | use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nconv 10**30+1/2 3x3": (
            "SYN111 2:6 10**30+1/2 | filters is about 1e+30, and must be whole | use floor(...), ceil(...) or //",
        ),
    },
    "inputs": {
        "INPUT: 0x2x3\nrelu": ("SYN111 1:8 0 | an extent is 0, and must be at least 1 | write a value of at least 1",),
        "INPUT: 2.5x2x3\nrelu": (
            "SYN111 1:8 2.5 | an extent is 5/2 = 2.5, and must be whole | use floor(...), ceil(...) or //",
        ),
        "INPUT: ?x2x3\nrelu": (
            "SYN111 1:8 ?x2x3 | every extent of the shape must be known: '?' cannot stand in it | write the number",
        ),
        "INPUT: -2x2x3\nrelu": (
            "SYN111 1:8 -2 | an extent is -2, and must be at least 1 | write a value of at least 1",
        ),
        "INPUT: 1x2x3x4x5\nrelu": (
            "SHP105 1:8 1x2x3x4x5 | a shape has 1 to 4 axes, this one has 5 | an image is 227x227x3, a vector 784",
        ),
        "INPUT:\nrelu": ("SYN108 1:7  | input has no shape | write input 227x227x3",),
        "INPUT\nrelu": ("SYN108 1:1 INPUT | input has no shape | write input 227x227x3",),
        "INPUT: 32, 32, 3\nrelu": (
            "SYN113 1:12 32 | one value too many: input takes [shape] | "
            "the axes of a shape are joined by 'x': 227x227x3",
        ),
        "INPUT: (32,32,3)\nrelu": ("SYN108 1:8 (32,32,3) | input has no shape | write input 227x227x3",),
        "INPUT: kxkx3\nrelu": ("SYN107 1:8 kxkx3 | 'kxkx3' means nothing to input | write '(k)x(k)x3'",),
        "INPUT: 16x112@3\nrelu": (
            "SYN107 1:14 @ | '@' stands behind the number of channels | channels stand first and once: 96@55x55",
        ),
        "INPUT: 3@4@5\nrelu": (
            "SYN107 1:11 @ | '@' stands behind the number of channels | channels stand first and once: 96@55x55",
        ),
        "INPUT: 32x32x3 image\nrelu": ("SYN107 1:16 image | 'image' means nothing to input | input has no options",),
        "INPUT: 64 tokens\nrelu": (
            "SHP104 2:1 relu | relu reads numbers, and the input is 64 tokens | "
            "embed them first: embed 128 vocab 10000",
        ),
        "[32, 32, 3] INPUT\nrelu": (
            "SYN115 1:6 32 | a second shape is claimed | the axes of a shape are joined by 'x': 55x55x96",
        ),
        "[32x32] INPUT: 28x28x1\nrelu": (
            "SYN115 1:2 32x32 | the input is 28x28x1 and claims 32x32 | an input claims its own shape at most",
        ),
        "[] INPUT\nrelu": (
            "SYN115 1:1 [] | the claim says nothing | write a shape, or a figure: => 55x55x96, 34,944 params",
        ),
        "INPUT: 32x32x3 => 28x28x1\nrelu": (
            "SYN115 1:19 28x28x1 | the input is 32x32x3 and claims 28x28x1 | an input claims its own shape at most",
        ),
        "INPUT: 32x32x3 => 0 params\nrelu": (
            "SYN115 1:19 0 params | the input is 32x32x3 and claims 0 params | an input claims its own shape at most",
        ),
        "conv 8 3x3": (
            "SYN117 1:1 conv 8 3x3 | the network begins without an input | "
            "declare its shape above the layers: INPUT: 227x227x3",
        ),
        "conv 8 3x3\nINPUT: 32x32x3": (
            "SYN117 1:1 conv 8 3x3 | the network begins without an input | "
            "declare its shape above the layers: INPUT: 227x227x3",
        ),
        "InputLayer: 32x32x3\nrelu": (
            "SYN106 1:1 InputLayer | 'InputLayer' begins with no kind of layer | "
            "write the kind behind the colon: 'InputLayer: conv ...'",
        ),
        "INPUT: 32x32x3": (
            "SYN117 1:1 I | the file has no layer | "
            "a network begins like this: INPUT: 227x227x3, then CONV1: 96 11x11 stride 4",
        ),
        "": (
            "SYN117 1:1  | the file has no input and no layer | "
            "a network begins like this: INPUT: 227x227x3, then CONV1: 96 11x11 stride 4",
        ),
        "k = 3": (
            "SYN117 1:1 k | the file has no input and no layer | "
            "a network begins like this: INPUT: 227x227x3, then CONV1: 96 11x11 stride 4",
        ),
        "# a title": (
            "SYN117 1:1 # | the file has no input and no layer | "
            "a network begins like this: INPUT: 227x227x3, then CONV1: 96 11x11 stride 4",
        ),
        "konv 8 3x3\nINPUT: 8x8x3\nrelu": (
            "SYN106 1:1 konv | 'konv' is no kind of layer | did you mean 'conv'?",
            "SYN116 2:1 INPUT: 8x8x3 | the input stands below a layer | move it to the top",
        ),
    },
    "axes and ranks": {
        "INPUT: 28x28\nconv 6 5x5": (
            "SHP105 2:8 5x5 | kernel has 2 axes, and the input 28x28 is a 1-D map | "
            "an image with one channel is written 28x28x1",
        ),
        "INPUT: 28x28\nconv 6 5 stride 2x2": (
            "SHP105 2:17 2x2 | stride has 2 axes, and the input 28x28 is a 1-D map | "
            "an image with one channel is written 28x28x1",
        ),
        "axes CxL\nINPUT: 28x28\nconv 6 5x5": (
            "SHP105 3:8 5x5 | kernel has 2 axes, and the input 28x28 is a 1-D map | "
            "an image with one channel is written 1x28x28",
        ),
        "INPUT: 28x28x1\nconv 6 5x5x5": (
            "SHP105 2:8 5x5x5 | kernel has 3 axes, and the input 28x28x1 is a 2-D map | "
            "write one number or 2 joined by 'x'",
        ),
        "INPUT: 8x8x8x1\nconv 6 3x3": (
            "SHP105 2:8 3x3 | kernel has 2 axes, and the input 8x8x8x1 is a 3-D map | "
            "write one number or 3 joined by 'x'",
        ),
        "INPUT: 28x28x1\nconv 6 5 pad 1x2x3": (
            "SHP105 2:14 1x2x3 | pad has 3 axes, and the input 28x28x1 is a 2-D map | "
            "write one number or 2 joined by 'x'",
        ),
        "INPUT: 784\nconv 6 5": (
            "SHP104 2:1 conv 6 5 | conv needs a map, and the input is a vector of 784 | "
            "put it before fc or flatten, give the input its extents (28x28x1), or reshape it: reshape 1x1x784",
        ),
        "INPUT: 784\nmaxpool 2": (
            "SHP104 2:1 maxpool 2 | maxpool needs a map, and the input is a vector of 784 | "
            "put it before fc or flatten, give the input its extents (28x28x1), or reshape it: reshape 1x1x784",
        ),
        "INPUT: 784\ngap": (
            "SHP104 2:1 gap | gap needs a map, and the input is a vector of 784 | "
            "put it before fc or flatten, give the input its extents (28x28x1), or reshape it: reshape 1x1x784",
        ),
        "INPUT: 784\nlrn": (
            "SHP104 2:1 lrn | lrn needs a map, and the input is a vector of 784 | "
            "put it before fc or flatten, give the input its extents (28x28x1), or reshape it: reshape 1x1x784",
        ),
        "INPUT: 28x28x1\nfc 10\nconv 6 5": (
            "SHP104 3:1 conv 6 5 | conv needs a map, and the input is a vector of 10 | "
            "put it before fc or flatten, give the input its extents (28x28x1), or reshape it: reshape 1x1x10",
        ),
        "INPUT: 28x28x1\nflatten\npool 2": (
            "SHP104 3:1 pool 2 | maxpool needs a map, and the input is a vector of 784 | "
            "put it before fc or flatten, give the input its extents (28x28x1), or reshape it: reshape 1x1x784",
        ),
        "axes chw\nINPUT: 3x8x8\nrelu": (
            "SYN111 1:6 chw | 'axes' has no 'chw' | write WxHxC, CxHxW, HxWxC or one with D or L",
        ),
        "axes NCHW\nINPUT: 3x8x8\nrelu": (
            "SYN111 1:6 NCHW | 'axes' has no 'NCHW' | write WxHxC, CxHxW, HxWxC or one with D or L",
        ),
        "axes CxHxH\nINPUT: 3x8x8\nrelu": (
            "SYN111 1:6 CxHxH | 'axes' has no 'CxHxH' | write WxHxC, CxHxW, HxWxC or one with D or L",
        ),
        "axes\nINPUT: 3x8x8\nrelu": (
            "SYN111 1:1 axes | 'axes' has no value | write WxHxC, CxHxW, HxWxC or one with D or L",
        ),
        "axes CxHxW\naxes CxHxW\nINPUT: 3x8x8\nrelu": (
            "SYN116 2:1 axes | 'axes' is given twice: here and on line 1 | keep one, above the input",
        ),
        "INPUT: 3x8x8\naxes CxHxW\nrelu": (
            "SYN116 2:1 axes | 'axes' is after the first shape | keep one, above the input",
        ),
        "rounding up\nINPUT: 8x8x3\nrelu": ("SYN111 1:10 up | 'rounding' has no 'up' | write floor, ceil or exact",),
        "rounding\nINPUT: 8x8x3\nrelu": ("SYN111 1:1 rounding | 'rounding' has no value | write floor, ceil or exact",),
        "INPUT: 64x300\nconv 8 3 stride 1x1x1": (
            "SHP105 2:17 1x1x1 | stride has 3 axes, and the input 64x300 is a 1-D map | "
            "write one number: a 1-D map is long, not wide and high",
        ),
    },
    "shapes that cannot be": {
        "INPUT: 32x32x3\nconv 8 33x33": (
            "SHP101 2:8 33x33 | the window is 33 high, its padded input 32 (32 + 0 + 0) | "
            "use a kernel of at most 32, a pad of 1 more, or an input at least 33 high",
        ),
        "INPUT: 32x32x3\nconv 8 17x17 dilation 3": (
            "SHP101 2:8 17x17 | the window is 49 high, its padded input 32 (32 + 0 + 0) | "
            "use a kernel of at most 32, a pad of 9 more, or an input at least 49 high",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 groups 2": (
            "SHP102 2:12 groups 2 | 2 groups do not divide the 3 input channels | "
            "use groups that divide both 3 channels and 8 filters",
        ),
        "INPUT: 32x32x3\nconv 9 3x3 groups 2": (
            "SHP102 2:12 groups 2 | 2 groups do not divide the 3 input channels | "
            "use groups that divide both 3 channels and 9 filters",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 groups 3": (
            "SHP102 2:6 8 | 3 groups do not divide the 8 filters | "
            "use groups that divide both 3 channels and 8 filters",
        ),
        "INPUT: 32x32x3\nconv depthwise 3x3 groups 2": (
            "SHP108 2:20 groups 2 | depthwise is one group a channel, and groups 2 is asked for as well | "
            "leave out 'groups' or 'depthwise'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 depthwise": (
            "SHP102 2:6 8 | 3 groups do not divide the 8 filters | "
            "use groups that divide both 3 channels and 8 filters",
        ),
        "INPUT: 32x32x3\nmaxpool 33": (
            "SHP101 2:9 33 | the window is 33 high, its padded input 32 (32 + 0 + 0) | "
            "use a kernel of at most 32, a pad of 1 more, or an input at least 33 high",
        ),
        "INPUT: 32x32x3\nmaxpool 3x3 pad 2": (
            "SHP103 2:13 pad 2 | the pad of 2 is more than half the kernel, which is 3 high | "
            "pad at most 1, or use a kernel of at least 4",
        ),
        "INPUT: 32x32x3\nmaxpool 2x2 pad 2 stride 1": (
            "SHP103 2:13 pad 2 | the pad of 2 is more than half the kernel, which is 2 high | "
            "pad at most 1, or use a kernel of at least 4",
        ),
        "INPUT: 32x32x3\navgpool 3x3 pad 2": (
            "SHP103 2:13 pad 2 | the pad of 2 is more than half the kernel, which is 3 high | "
            "pad at most 1, or use a kernel of at least 4",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 pad 32 reflect": (
            "SHP106 2:12 pad 32 | a reflect pad of 32 needs more cells than the map has: it is 32 high | "
            "pad at most 31, or with zeros",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 pad 33 circular": (
            "SHP106 2:12 pad 33 | a circular pad of 33 needs more cells than the map has: it is 32 high | "
            "pad at most 32, or with zeros",
        ),
        "INPUT: 32x32x3\nCONV1..20: 8 3x3": (
            "SHP101 2:14 3x3 | the window is 3 high, its padded input 2 (2 + 0 + 0) | "
            "use a kernel of at most 2, a pad of 1 more, or an input at least 3 high",
        ),
        "INPUT: 32x32x3\navgpool 2x2 countpad nocountpad": (
            "SHP108 2:22 nocountpad | 'countpad' and 'nocountpad' exclude each other | "
            "keep one of the two; countpad is the default",
        ),
    },
    "expressions": {
        "INPUT: 32x32x3\nconv 1/0 3x3": ("SYN109 2:7 / | division by zero | write a divisor that is not 0",),
        "INPUT: 32x32x3\nconv 8//0 3x3": ("SYN109 2:7 // | division by zero | write a divisor that is not 0",),
        "INPUT: 32x32x3\nconv 8%0 3x3": ("SYN109 2:7 % | division by zero | write a divisor that is not 0",),
        "INPUT: 32x32x3\nk = 3 4": ("SYN109 2:7 4 | '4' cannot follow an expression | one value is wanted",),
        "INPUT: 32x32x3\nk = 3 +": ("SYN109 2:8  | a value is missing | write a number or an expression",),
        "INPUT: 32x32x3\nk = * 3": (
            "SYN109 2:5 * | '*' cannot stand here | an expression has numbers, names, + - * / // % ** and parentheses",
        ),
        "INPUT: 32x32x3\nk = 3 = 4": ("SYN109 2:7 = | '=' cannot follow an expression | to compare write '=='",),
        "INPUT: 32x32x3\nk = 2(3)": (
            "SYN109 2:6 ( | '(' cannot follow an expression | "
            "a function's parenthesis touches its name: max(1, 2); to multiply write *",
        ),
        "INPUT: 32x32x3\nk = max (1, 2)": (
            "SYN109 2:9 ( | '(' cannot follow an expression | "
            "a function's parenthesis touches its name: max(1, 2); to multiply write *",
        ),
        "INPUT: 32x32x3\nk = max()": (
            "SYN109 2:9 ) | ')' cannot stand here | an expression has numbers, names, + - * / // % ** and parentheses",
        ),
        "INPUT: 32x32x3\nk = min 3": ("SYN109 2:9 3 | '3' cannot follow an expression | one value is wanted",),
        "INPUT: 32x32x3\nk = sqrt(4)": (
            "SYN110 2:5 sqrt(4) | there is no function 'sqrt' | "
            "the functions are abs, ceil, divisible, floor, if, max, min, pick, round",
        ),
        "INPUT: 32x32x3\nk = rond(2.5)": (
            "SYN110 2:5 rond(2.5) | there is no function 'rond' | did you mean 'round'?",
        ),
        "INPUT: 32x32x3\nk = if(1, 2)": (
            "SYN109 2:5 if(1, 2) | if() takes 3 values, 2 are given | part them with commas",
        ),
        "INPUT: 32x32x3\nk = pick(5, 1, 2)": (
            "SYN109 2:5 pick(5, 1, 2) | pick() has 2 values to choose from, counted from 0, and its index is 5 | "
            "add values, or change the index",
        ),
        "INPUT: 32x32x3\nk = pick(1)": (
            "SYN109 2:5 pick(1) | pick() takes at least 2 values, 1 is given | part them with commas",
        ),
        "INPUT: 32x32x3\nk = divisible(32)": (
            "SYN109 2:5 divisible(32) | divisible() takes 2 values, 1 is given | part them with commas",
        ),
        "INPUT: 32x32x3\nk = divisible(32, 0)": (
            "SYN109 2:5 divisible(32, 0) | divisible(v, d) needs d above 0, and d is 0 | write divisible(32*0.75, 8)",
        ),
        "INPUT: 32x32x3\nk = abs(1, 2)": (
            "SYN109 2:5 abs(1, 2) | abs() takes 1 value, 2 are given | part them with commas",
        ),
        "INPUT: 32x32x3\nk = 1 if 2 else 3": (
            "SYN109 2:7 if | 'if' cannot follow an expression | write if(condition, a, b)",
        ),
        "INPUT: 32x32x3\nk = 3 > 2 > 1": (
            "SYN109 2:11 > | comparisons do not chain | write a < b and b < c, or parentheses",
        ),
        "INPUT: 32x32x3\nk = 10**9**9": (
            "SYN103 2:7 ** | the result has more than 1,000 digits | --limit digits=N raises it",
        ),
        "INPUT: 32x32x3\nk = 1e99999999": (
            "SYN103 2:5 1e99999999 | the number has more than 1,000 digits | --limit digits=N raises it",
        ),
        "INPUT: 32x32x3\nk = 2**0.5": (
            "SYN109 2:6 ** | the exponent is 1/2 = 0.5, and must be whole | use floor(...), ceil(...) or //",
        ),
        "INPUT: 32x32x3\nk = 0**-1": (
            "SYN109 2:6 ** | division by zero: 0 to a negative power | write an exponent of 0 or more",
        ),
        "INPUT: 32x32x3\nk = 0x10": (
            "SYN109 2:6 x | 'x' cannot follow an expression | one number is wanted; to multiply write *",
        ),
        "INPUT: 32x32x3\nk = 1_000": ("SYN110 2:5 1_000 | '1_000' is not defined here | write 1000",),
        "INPUT: 32x32x3\nk = 3!": ("SYN109 2:6 ! | '!' cannot follow an expression | one value is wanted",),
        'INPUT: 32x32x3\nk = __import__("os")': (
            "SYN109 2:16 \" | '\"' cannot stand here | "
            "an expression has numbers, names, + - * / // % ** and parentheses",
        ),
        "INPUT: 32x32x3\nk = [3]": (
            "SYN109 2:5 [ | '[' cannot stand here | an expression has numbers, names, + - * / // % ** and parentheses",
        ),
        "INPUT: 32x32x3\nk = 3.": ("SYN109 2:6 . | '.' cannot follow an expression | one value is wanted",),
        "INPUT: 32x32x3\nk = C": (
            "SYN110 2:5 C | 'C' is not defined here | "
            "C is a size of the tensor that comes in to a layer; here nothing has one",
        ),
        "INPUT: 32x32x3\nk = i": (
            "SYN110 2:5 i | 'i' is not defined here | i counts in a repeat or a range: CONV2..4: 8*i 3x3",
        ),
        "INPUT: 32x32x3\nk = m\nm = 3": (
            "SYN110 2:5 m | 'm' is not defined here | a name is set above the line that uses it: m = 64",
        ),
        "INPUT: 32x32x3\nk = 3 4M": ("SYN109 2:7 4M | '4M' cannot follow an expression | one value is wanted",),
        "INPUT: 32x32x3\nk = (a b)": (
            "SYN109 2:8 b | 'b' cannot stand here | an expression has numbers, names, + - * / // % ** and parentheses",
        ),
        "INPUT: 32x32x3\nk = max(1,,2)": (
            "SYN109 2:11 , | ',' cannot stand here | an expression has numbers, names, + - * / // % ** and parentheses",
        ),
        "INPUT: 32x32x3\nk = ,3": (
            "SYN109 2:5 , | ',' cannot stand here | an expression has numbers, names, + - * / // % ** and parentheses",
        ),
        "INPUT: 32x32x3\nk = ()": (
            "SYN109 2:6 ) | ')' cannot stand here | an expression has numbers, names, + - * / // % ** and parentheses",
        ),
        "INPUT: 32x32x3\nk = not": ("SYN109 2:8  | a value is missing | write a number or an expression",),
        "INPUT: 32x32x3\nk = 1 and": ("SYN109 2:10  | a value is missing | write a number or an expression",),
        "INPUT: 32x32x3\nconv 8* 3x3": (
            "SYN109 2:7 * | no value touches '*' | "
            "an argument ends at a space; an expression with spaces takes parentheses",
        ),
        "INPUT: 32x32x3\nconv (8*) 3x3": (
            "SYN108 2:1 conv (8*) 3x3 | conv has no number of filters | write it first: conv 64 3x3",
        ),
        "INPUT: 32x32x3\nconv i 3x3": (
            "SYN110 2:6 i | 'i' is not defined here | i counts in a repeat or a range: CONV2..4: 8*i 3x3",
        ),
        "INPUT: 32x32x3\nconv D 3x3": (
            "SYN110 2:6 D | 'D' is not defined here | "
            "D is a size of the tensor that comes in to a layer; here nothing has one",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 stride W*": (
            "SYN109 2:21  | a value is missing | write a number or an expression",
        ),
        "INPUT: 32x32x3\nk = (1 = 1)": ("SYN109 2:8 = | '=' does not compare | write '=='",),
        "INPUT: 32x32x3\nk = f(3)": (
            "SYN110 2:5 f(3) | there is no function 'f' | "
            "the functions are abs, ceil, divisible, floor, if, max, min, pick, round",
        ),
    },
    "constants": {
        "INPUT: 32x32x3\nconv = 3": (
            "SYN114 2:1 conv | 'conv' is a word of the language and cannot name a constant | choose another name",
        ),
        "INPUT: 32x32x3\nx = 3": (
            "SYN114 2:1 x | 'x' is a word of the language and cannot name a constant | choose another name",
        ),
        "INPUT: 32x32x3\nC = 3": (
            "SYN114 2:1 C | 'C' is a word of the language and cannot name a constant | choose another name",
        ),
        "INPUT: 32x32x3\ni = 3": (
            "SYN114 2:1 i | 'i' is a word of the language and cannot name a constant | choose another name",
        ),
        "INPUT: 32x32x3\nnobias = 3": (
            "SYN114 2:1 nobias | 'nobias' is a word of the language and cannot name a constant | choose another name",
        ),
        "INPUT: 32x32x3\nrelu = 3": (
            "SYN114 2:1 relu | 'relu' is a word of the language and cannot name a constant | choose another name",
        ),
        "INPUT: 32x32x3\nafter = 3": (
            "SYN114 2:1 after | 'after' is a word of the language and cannot name a constant | choose another name",
        ),
        "INPUT: 32x32x3\nand = 3": (
            "SYN114 2:1 and | 'and' is a word of the language and cannot name a constant | choose another name",
        ),
        "INPUT: 32x32x3\n3 = 4": ("SYN114 2:1 3 | '3' is a number, not a name | write one word, as in 'k = 192'",),
        "INPUT: 32x32x3\nk.a = 3": (
            "SYN114 2:1 k.a | 'k.a' cannot name a constant: it has a dot | write one word, as in 'k = 192'",
        ),
        "INPUT: 32x32x3\nk = 3\nk = 4": (
            "SYN112 3:1 k | 'k' is named twice: on line 2 and here | give each its own name",
        ),
        "INPUT: 32x32x3\nk = 3\nk: conv 8 3x3": (
            "SYN112 3:1 k | 'k' is named twice: on line 2 and here | give each its own name",
        ),
        "INPUT: 32x32x3\nfilters = \nconv filters 3x3": (
            "SYN108 2:9 = | no value follows '=' | write a number or an expression",
        ),
    },
    "claims": {
        "INPUT: 32x32x3\nconv 8 3x3 =>": (
            "SYN115 2:12 => | the claim says nothing | write a shape, or a figure: => 55x55x96, 34,944 params",
        ),
        "INPUT: 32x32x3\n[] conv 8 3x3": (
            "SYN115 2:1 [] | the claim says nothing | write a shape, or a figure: => 55x55x96, 34,944 params",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 138M": (
            "SYN115 2:15 138M | '138M' of what? | "
            "a figure takes one of activations, biases, buffers, flops, macs, memory, params, rf, weights",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 5 frobs": (
            "SYN115 2:17 frobs | 'frobs' is neither a shape nor a figure with its unit | did you mean 'flops'?",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 5 parms": (
            "SYN115 2:17 parms | 'parms' is neither a shape nor a figure with its unit | did you mean 'params'?",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => frob 5": (
            "SYN115 2:15 frob | 'frob' is neither a shape nor a figure with its unit | "
            "a figure takes one of activations, biases, buffers, flops, macs, memory, params, rf, weights",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => params = 224": (
            "SYN115 2:22 = | '=' begins no figure | in a claim write '34,944 params'; after 'expect' one comparison",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => params": (
            "SYN115 2:15 params | no figure follows 'params' | write a number, 61.1M or 34,944",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => rf 3x3": (
            "SYN109 2:19 x | 'x' cannot stand here | one number is wanted; to multiply write *",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 30, 30, 8": (
            "SYN115 2:19 30 | a second shape is claimed | the axes of a shape are joined by 'x': 55x55x96",
        ),
        "INPUT: 32x32x3\n[30, 30, 8] conv 8 3x3": (
            "SYN115 2:6 30 | a second shape is claimed | the axes of a shape are joined by 'x': 55x55x96",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => [30, 30, 8]": (
            "SYN107 2:18 , | ',' stands in a shape | the axes of a shape are joined by 'x': [55x55x96]",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 30x30x8 => 3": (
            "SYN115 2:23 => | '=>' begins no claim | claims stand behind one '=>', commas between them",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 30x30x8 relu": (
            "SYN115 2:23 relu | 'relu' is neither a shape nor a figure with its unit | "
            "a figure takes one of activations, biases, buffers, flops, macs, memory, params, rf, weights",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 30x30xk": ("SYN110 2:18 30xk | '30xk' is one word | write '30x(k)'",),
        "INPUT: 32x32x3\nconv 8 3x3 => kxkx8": (
            "SYN115 2:15 kxkx8 | 'kxkx8' is neither a shape nor a figure with its unit | write '(k)x(k)x8'",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => W-2xH-2x8": ("SYN110 2:17 2xH | '2xH' is one word | write '2x(H)'",),
        "INPUT: 32x32x3\nconv 8 3x3 => 3@4@5": (
            "SYN107 2:18 @ | '@' stands behind the number of channels | channels stand first and once: 96@55x55",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => >= 3": (
            "SYN109 2:15 >= | '>=' cannot stand here | "
            "an expression has numbers, names, + - * / // % ** and parentheses",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 2m params": (
            "SYN110 2:15 2m | '2m' is not defined here | a number is written 64, 4,096, 0.5 or 1e-4",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 1.5.2 params": (
            "SYN110 2:15 1.5.2 | '1.5.2' is not defined here | a number is written 64, 4,096, 0.5 or 1e-4",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => 30x": (
            "SYN115 2:15 30x | '30x' is neither a shape nor a figure with its unit | "
            "a figure takes one of activations, biases, buffers, flops, macs, memory, params, rf, weights",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => -3x3x3": (
            "SYN111 2:15 -3 | an extent of -3 is claimed, and must be at least 1 | write a value of at least 1",
        ),
    },
    "expectations": {
        "INPUT: 32x32x3\nrelu\nexpect": (
            "SYN115 3:7  | nothing is expected | "
            "write one of activations, biases, buffers, flops, macs, memory, params, rf, weights",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params": ("SYN115 3:14  | nothing is compared | write one of = == <= >= < > !=",),
        "INPUT: 32x32x3\nrelu\nexpect params 138M": (
            "SYN115 3:15 138M | '138M' does not compare | write one of = == <= >= < > !=",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params: 138M": (
            "SYN115 3:14 : | ':' does not compare | write one of = == <= >= < > !=",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params =": (
            "SYN115 3:15 = | no figure follows '=' | write a number, 61.1M or 34,944",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params =< 3": (
            "SYN115 3:15 = | '=<' does not compare | write one of = == <= >= < > !=",
        ),
        "INPUT: 32x32x3\nrelu\nexpect 3 = params": (
            "SYN115 3:8 3 | '3' is no quantity | "
            "write one of activations, biases, buffers, flops, macs, memory, params, rf, weights",
        ),
        "INPUT: 32x32x3\nrelu\nexpect shape = 3": (
            "SYN115 3:8 shape | 'shape' is no quantity | "
            "write one of activations, biases, buffers, flops, macs, memory, params, rf, weights",
        ),
        "INPUT: 32x32x3\nrelu\nexpect parms = 3": (
            "SYN115 3:8 parms | 'parms' is no quantity | did you mean 'params'?",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params = 3 macs": (
            "SYN115 3:19 macs | 'macs' follows the figure | one comparison a line: expect params = 61.1M",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params >= 1K, macs >= 2": (
            "SYN115 3:20 , | ',' follows the figure | one comparison a line: expect params = 61.1M",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params() = 3": (
            "SYN115 3:14 ( | no name stands between the parentheses | "
            "write names: params(CONV1), or leave the parentheses out",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params(+) = 3": (
            "SYN115 3:15 + | '+' names no layer | write names with commas between them: params(CONV1, CONV2)",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params(CONV9) = 3": (
            "SYN110 3:15 CONV9 | 'CONV9' names no line of the file | write a line's name as it stands before its colon",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params(RELU1) = 3": (
            "SYN110 3:15 RELU1 | 'RELU1' names no line of the file | did you mean 'relu1'?",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params = k": (
            "SYN110 3:17 k | 'k' is not defined here | a name is set above the line that uses it: k = 64",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params = C": (
            "SYN110 3:17 C | 'C' is not defined here | "
            "C is a size of the tensor that comes in to a layer; here nothing has one",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params = 2 * 3M": (
            "SYN110 3:21 3M | '3M' is not defined here | "
            "a figure with K, M or G stands alone; in an expression write 61.1e6",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params = 3 = 4": (
            "SYN115 3:19 = | '=' follows the figure | one comparison a line: expect params = 61.1M",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params = 1/0": (
            "SYN109 3:18 / | division by zero | write a divisor that is not 0",
        ),
    },
    "directives": {
        "INPUT: 32x32x3\nafter conv relu": (
            "SYN107 2:7 conv relu | 'after' needs a kind and a colon | write 'after conv: relu', a line for each kind",
        ),
        "INPUT: 32x32x3\nafter conv, fc: relu": (
            "SYN107 2:7 conv, fc: relu | 'after' needs a kind and a colon | "
            "write 'after conv: relu', a line for each kind",
        ),
        "INPUT: 32x32x3\nafter: relu": (
            "SYN107 2:6 : relu | 'after' needs a kind and a colon | write 'after conv: relu', a line for each kind",
        ),
        "INPUT: 32x32x3\nafter frob: relu": (
            "SYN106 2:7 frob | 'frob' is no kind of layer | write 'after conv: relu', a line for each kind",
        ),
        "INPUT: 32x32x3\nafter conv: relo": ("SYN107 2:13 relo | 'relo' means nothing to conv | did you mean 'relu'?",),
        "INPUT: 32x32x3\nafter conv: relu 3": (
            "SYN113 2:18 3 | one value too many: relu takes no such value | remove it",
        ),
        "INPUT: 32x32x3\nafter conv: relu => 3x3": (
            "SYN116 2:21 3x3 | 'after' takes no claims | claims stand on the lines themselves",
        ),
        "INPUT: 32x32x3\nafter conv: plain": (
            "SYN116 2:12  plain | 'after' takes no plain | 'plain' stands on the lines that take nothing",
        ),
        "INPUT: 32x32x3\nafter conv: strid 2": (
            "SYN107 2:13 strid | 'strid' means nothing to conv | did you mean 'stride'?",
        ),
        "INPUT: 32x32x3\ntrain batch 128": (
            "SYN107 2:1 train | 'train' needs a colon | write 'train: batch 128, lr 1e-2'",
        ),
        "INPUT: 32x32x3\naxes CxHxW": (
            "SYN116 2:1 axes | 'axes' is after the first shape | keep one, above the input",
        ),
        "INPUT: 32x32x3\nrepeat 2 times\n  relu": (
            "SYN109 2:10 times | 'times' cannot follow an expression | one value is wanted",
        ),
        "INPUT: 32x32x3\nrepeat 2: relu": (
            "SYN109 2:9 : | ':' cannot follow an expression | "
            "what a repeat repeats stands on the lines below it, indented",
        ),
        "INPUT: 32x32x3\nrepeat 2\nrelu": ("SYN116 2:8 2 | the repeat has no body | indent the lines that it repeats",),
        "INPUT: 32x32x3\nrepeat 2\n  CONV1: 8 3x3": (
            "SYN116 3:3 CONV1 | a repeat without a name holds anonymous lines only | "
            "name the repeat: 'tower: repeat 3'",
        ),
        "INPUT: 9x9x9\n[9x9x9] tower: repeat 2\n  relu": (
            "SYN116 2:1 [9x9x9] | a repeat claims nothing itself | claims stand on the lines that it repeats",
        ),
        "axes CxHxW (a) junk\nINPUT: 3x9x9\nrelu": (
            "SYN111 1:6 CxHxW (a) junk | 'axes' has no 'CxHxW (a) junk' | write WxHxC, CxHxW, HxWxC or one with D or L",
        ),
        "INPUT: 32x32x3\nrepeat 2\n  tower: repeat 2\n    relu": (
            "SYN116 3:3 tower | a repeat without a name holds anonymous lines only | "
            "name the repeat: 'tower: repeat 3'",
        ),
        "INPUT: 32x32x3\ntower: repeat 2": (
            "SYN116 2:15 2 | the repeat has no body | indent the lines that it repeats",
        ),
        "INPUT: 32x32x3\ntower: repeat k\n  relu": (
            "SYN110 2:15 k | 'k' is not defined here | a name is set above the line that uses it: k = 64",
        ),
    },
    "indentation": {
        "INPUT: 32x32x3\n\trelu": ("SYN104 2:1 \t | the line is indented with a tab | indent with spaces",),
        "INPUT: 32x32x3\ng:\n\trelu": ("SYN104 3:1 \t | the line is indented with a tab | indent with spaces",),
        "INPUT: 32x32x3\nrelu\n  bn": (
            "SYN116 3:3 b | the line is indented, but the one above takes no body | begin at column 1",
        ),
        "INPUT: 32x32x3\ng:\n    relu\n  bn": (
            "SYN104 4:3 b | column 3 continues no body: those above begin at 1 and 5 | begin at column 1",
        ),
        "INPUT: 32x32x3\nCONV1: 8 3x3\n  relu": (
            "SYN116 3:3 r | the line is indented, but the one above takes no body | begin at column 1",
        ),
        "INPUT: 32x32x3\nr: relu\n  bn": (
            "SYN116 3:3 b | the line is indented, but the one above takes no body | begin at column 1",
        ),
        "INPUT: 32x32x3\nrepeat 2; relu\n  bn": (
            "SYN116 2:8 2 | the repeat has no body | indent the lines that it repeats",
            "SYN116 3:3 b | the line is indented, but the one above takes no body | begin at column 1",
        ),
        "  INPUT: 8x8x3\nrelu": (
            "SYN104 2:1 r | the line begins at column 1, the first line of the file at 3 | "
            "begin both at the same column",
        ),
        "INPUT: 8x8x3\n  relu\n bn": (
            "SYN116 2:3 r | the line is indented, but the one above takes no body | begin at column 1",
            "SYN116 3:2 b | the line is indented, but the one above takes no body | begin at column 1",
        ),
    },
    "memory": {
        "INPUT: 32x32x3\nconv 8 3x3 => 4KiB params": (
            "SYN115 2:15 4KiB | params are claimed in bytes, 4KiB, and are numbers | write 4Ki params, or 4KiB memory",
        ),
        "INPUT: 32x32x3\nconv 8 3x3 => params 12 B": (
            "SYN115 2:22 12 B | params are claimed in bytes, 12 B, and are numbers | write 12 params, or 12 B memory",
        ),
        "INPUT: 32x32x3\nrelu\nexpect macs <= 4GB": (
            "SYN115 3:16 4GB | macs are claimed in bytes, 4GB, and are numbers | write 4G macs, or 4GB memory",
        ),
        "INPUT: 32x32x3\nrelu\nexpect memory(bach=3) <= 4GB": (
            "SYN115 3:15 bach | memory has no 'bach' | did you mean 'batch'?",
        ),
        "INPUT: 32x32x3\nrelu\nexpect memory(size=3) <= 4GB": (
            "SYN115 3:15 size | memory has no 'size' | write one of batch, dtype, optimizer",
        ),
        "INPUT: 32x32x3\nrelu\nexpect memory(batch=0) <= 4GB": (
            "SYN111 3:15 batch=0 | a batch of 0 is expected, and must be at least 1 and below 1,000,000,000,000,000"
            " | write batch=32",
        ),
        "b = 3/2\nINPUT: 32x32x3\nrelu\nexpect memory(batch=b) <= 4GB": (
            "SYN111 4:15 batch=b | a batch of 3/2 = 1.5 is expected, and must be whole | write batch=32",
        ),
        "INPUT: 32x32x3\nrelu\nexpect memory(batch=many) <= 4GB": (
            "SYN115 3:21 many | 'many' is no batch | write batch=32, or the name of a constant",
        ),
        "INPUT: 32x32x3\nrelu\nexpect memory(batch=) <= 4GB": (
            "SYN115 3:21 ) | ')' is no batch | write batch=32, or the name of a constant",
        ),
        f"INPUT: 32x32x3\nrelu\nexpect memory(batch={'9' * 5000}) <= 4GB": (
            f"SYN115 3:21 {'9' * 5000} | '{'9' * 5000}' is no batch | write batch=32, or the name of a constant",
        ),
        "INPUT: 32x32x3\nrelu\nexpect memory(batch=2, batch=3) <= 4GB": (
            "SYN115 3:24 batch=3 | 'batch' is given twice | keep the one that is meant",
        ),
        "INPUT: 32x32x3\nrelu\nexpect memory(dtype=int8) <= 4GB": (
            "SYN115 3:21 int8 | 'int8' is no dtype"
            " | write dtype=float32, float16, bfloat16, float64, fp32, float, fp16, half, bf16, fp64, double",
        ),
        "INPUT: 32x32x3\nrelu\nexpect memory(optimizer=lion) <= 4GB": (
            "SYN115 3:25 lion | 'lion' is no optimizer | write optimizer=sgd, momentum, adam, adamw, adadelta, rmsprop,"
            " rmsprop_momentum",
        ),
        "INPUT: 32x32x3\nrelu\nexpect memory(relu1, gradients) <= 4GB": (
            "SYN115 3:15 relu1, gradients | memory(gradients) is that of the whole network, and layers are named"
            " beside it | of layers write weights, activations, saved, peak",
        ),
        "INPUT: 32x32x3\nrelu\nexpect memory(peek) <= 4GB": (
            "SYN110 3:15 peek | 'peek' names no line of the file | write a line's name as it stands before its colon",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params(batch=3) <= 4G": (
            "SYN115 3:20 = | '=' names no layer | write names with commas between them: params(CONV1, CONV2)",
        ),
    },
    "numbers to solve for": {
        "INPUT: 32x32x3\nL: conv 8 5x5 stride 2 pad ?": (
            "SHP117 2:28 ? | no pad lets L fit exactly: (32 + 2P - 5)/2 + 1 is never whole: 27 + 2P is odd for "
            "every P | an input of 31 or 33 would fit; or pad 0:1",
        ),
        "INPUT: 32x32x3\nL: conv 8 7x7 stride 2 pad ? => 16x16x8": (
            "SHP117 2:28 ? | no pad gives L 16x16x8: 16 cells need 2P = 2*(16 - 1) + 7 - 32 = 5, which is odd | "
            "pad 3 gives it rounded, and may be meant; or an input of 31 or 33 would fit; or pad 2:3",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 pad ? => 40x40x8": (
            "SHP117 2:19 ? | no pad gives L 40x40x8: 40 cells need 2P = 1*(40 - 1) + 3 - 32 = 10, and P is at most "
            "2; pad 1 gives 32x32x8 and pad 2 gives 34x34x8 | claim 34x34x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 pad ? => 20x20x8": (
            "SHP117 2:19 ? | no pad gives L 20x20x8: 20 cells need 2P = 1*(20 - 1) + 3 - 32 = -10, which is below "
            "0; pad 0 gives 30x30x8 and pad 1 gives 32x32x8 | claim 30x30x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 pad ? => 32x34x8": (
            "SHP117 2:19 ? | no pad gives L 32x34x8: the axes ask for pad 1 on the width and pad 2 on the height; "
            "pad 1 gives 32x32x8 and pad 2 gives 34x34x8 | write ?x? for one number an axis, or claim 32x32x8, or "
            "change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 pad ? => 32x32x9": (
            "SHP117 2:19 ? | no pad gives L 32x32x9: pad 0 gives 30x30x8 and pad 1 gives 32x32x8 | claim 32x32x8, "
            "or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 pad ? => 32x32x8, 300 params": (
            "SHP117 2:19 ? | no pad gives L 32x32x8 and 300 params: pad 1 gives 224 params | change the claim, or "
            "one of the numbers that are written",
        ),
        "INPUT: 32x32x3\nL: conv 8 ? stride 2 pad 1 => 40x40x8": (
            "SHP117 2:11 ? | no kernel gives L 40x40x8: 40 cells need F = 34 - 2*(40 - 1) = -44, which is below 1; "
            "kernel 2 gives 17x17x8 and kernel 4 gives 16x16x8 | claim 17x17x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 ? dilation 2 => 31x31x8": (
            "SHP117 2:11 ? | no kernel gives L 31x31x8: 31 cells need 2(F - 1) + 1 = 32 - 1*(31 - 1) = 2, which no "
            "whole F gives; kernel 1 gives 32x32x8 and kernel 2 gives 30x30x8 | claim 32x32x8, or change one of "
            "the numbers",
        ),
        "INPUT: 32x32x3\nL: maxpool ? => 15x15x3": (
            "SHP117 2:12 ? | no kernel gives L 15x15x3: 15 windows side by side need F = 32/15, which is not "
            "whole; kernel 2 gives 16x16x3 and kernel 4 gives 8x8x3 | claim 16x16x3, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 stride ? => 7x7x8": (
            "SHP117 2:22 ? | no stride gives L 7x7x8: 7 cells need S = (32 - 3)/(7 - 1) = 29/6, which is not "
            "whole; stride 1 gives 30x30x8 and stride 29 gives 2x2x8 | claim 2x2x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 40x40 stride ?": (
            "SHP117 2:24 ? | no stride lets L fit exactly: stride 1: the window is 40 high, its padded input 32 "
            "(32 + 0 + 0) | an input of 40 would fit",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 dilation ? => 27x27x8": (
            "SHP117 2:24 ? | no dilation gives L 27x27x8: 27 cells need D(3 - 1) + 1 = 32 - 1*(27 - 1) = 6, which "
            "no whole D gives; dilation 2 gives 28x28x8 and dilation 3 gives 26x26x8 | claim 28x28x8, or change "
            "one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv ? 3x3 => 449 params": (
            "SHP117 2:9 ? | no number of filters gives L 449 params: 16 filters give 448 params and 17 filters "
            "give 476 params | claim what one of these numbers of filters gives",
        ),
        "INPUT: 32x32x3\nL: conv ? 3x3 => 29x29x8": (
            "SHP117 2:9 ? | no number of filters gives L 29x29x8: 8 filters give 30x30x8 | change the claim, or "
            "what else the line says: filters follow from the channels claimed",
        ),
        "INPUT: 32x32x3\nL: conv ? 3x3 groups 3 => 30x30x8": (
            "SHP117 2:9 ? | no number of filters gives L 30x30x8: 8 filters: 3 groups do not divide the 8 filters "
            "| change the claim, or what else the line says: filters follow from the channels claimed",
        ),
        "INPUT: 32x32x3\nL: conv 8 ? stride ? => 30x30x8, 300 params": (
            "SHP117 2:11 ? stride ? | no kernel and stride give L 30x30x8 and 300 params: kernel 3 and stride 1 "
            "give 224 params | change the claim, or one of the numbers that are written",
        ),
        "INPUT: 32x32x3\nL: conv ? 3x3": (
            "SHP118 2:9 ? | nothing says how many filters L has | claim the output or the params: => 27x27x64, "
            "1,792 params",
        ),
        "INPUT: 32x32x3\nL: fc ?": (
            "SHP118 2:7 ? | nothing says how many units L has | claim the output or the params: => 27x27x64, 1,792 "
            "params",
        ),
        "INPUT: 32x32x3\nL: deconv 8 ? stride 2": (
            "SHP118 2:13 ? | nothing says how large the kernel of L is | claim the output: => 16x16x8; or write "
            "the number",
        ),
        "INPUT: 32x32x3\nL: zeropad ?": (
            "SHP118 2:12 ? | nothing says how large the pad of L is | claim the output: => 16x16x8; or write the "
            "number",
        ),
        "INPUT: 32x32x3\nL: dropout ?": (
            "SYN120 2:12 ? | '?' cannot stand for the p of dropout | write the number; '?' stands for filters, "
            "units, kernel, stride, pad, dilation or outpad",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 groups ?": (
            "SYN120 2:22 ? | '?' cannot stand for the groups of conv | write the number; '?' stands for filters, "
            "units, kernel, stride, pad, dilation or outpad",
        ),
        "INPUT: 32x32x3\nL: conv 2*? 3x3": (
            "SYN120 2:11 ? | '?' cannot stand in an expression | write the number; '?' stands for a whole number "
            "of a layer by itself: pad ?",
        ),
        "INPUT: 32x32x3\nL: conv ?*2 3x3": (
            "SYN120 2:9 ? | '?' cannot stand in an expression | write the number; '?' stands for a whole number of "
            "a layer by itself: pad ?",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 pad 0:? => 40x40x8": (
            "SHP117 2:21 ? | no pad end gives L 40x40x8: pad end 1 gives 31x31x8 and pad end 2 gives 32x32x8 | "
            "claim 32x32x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 ?x? stride 2 => 40x40x8": (
            "SHP117 2:11 ?x? | no kernel width and kernel height give L 40x40x8: 256 fit, the nearest: kernel "
            "width 2 and kernel height 2 give 16x16x8 and kernel width 2 and kernel height 4 give 16x15x8 | claim "
            "16x16x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: maxpool 3x3 stride 2 pad ? => 17x17x3": (
            "SHP117 2:29 ? | no pad gives L 17x17x3: 17 cells need 2P = 2*(17 - 1) + 3 - 32 = 3, which is odd | an "
            "input of 33 would fit",
        ),
        "INPUT: 32x32x3\nL: deconv 8 3x3 stride 2 pad ? => 66x66x8": (
            "SHP117 2:30 ? | no pad gives L 66x66x8: 66 cells need 2P = (32 - 1)*2 + 3 - 66 = -1, which is below "
            "0; pad 0 gives 65x65x8 and pad 1 gives 63x63x8 | claim 65x65x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: deconv 8 3x3 stride 2 outpad ? => 70x70x8": (
            "SHP117 2:33 ? | no outpad gives L 70x70x8: outpad 0 gives 65x65x8 and outpad 1 gives 66x66x8 | claim "
            "66x66x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: deconv 8 3x3 stride ? pad 1 => 64x64x8": (
            "SHP117 2:24 ? | no stride gives L 64x64x8: 64 cells need S = (64 + 2 - 3)/(32 - 1) = 63/31, which is "
            "not whole | an input of 22 or 64 would fit",
        ),
        "INPUT: 32x32x3\nL: deconv 8 ? stride 2 pad same => 63x63x8": (
            "SHP117 2:13 ? | no kernel gives L 63x63x8: pad same makes 32*2 = 64 cells whatever the kernel | change "
            "the claim, or one of the numbers that are written",
        ),
        "INPUT: 32x32x3\nL: deconv 8 3 stride ? pad same => 63x63x8": (
            "SHP117 2:22 ? | no stride gives L 63x63x8: 63 cells are no multiple of the 32 that come in | an input "
            "of 21 or 63 would fit",
        ),
        "INPUT: 32x32x3\nL: deconv 8 ? stride 2 => 32x32x8": (
            "SHP117 2:13 ? | no kernel gives L 32x32x8: 32 cells need F = 32 - (32 - 1)*2 = -30, which is below 1 "
            "| an input of 16 would fit",
        ),
        "INPUT: 32x32x3\nL: deconv 8 3 dilation ? stride 2 => 66x66x8": (
            "SHP117 2:24 ? | no dilation gives L 66x66x8: 66 cells need D(3 - 1) + 1 = 66 - (32 - 1)*2 = 4, which "
            "no whole D gives | change the claim, or one of the numbers that are written",
        ),
        "INPUT: 32x32x3\nL: zeropad ? => 35x35x3": (
            "SHP117 2:12 ? | no pad gives L 35x35x3: 35 cells need 2P = 35 - 32 = 3, which is odd | an input of 31 "
            "or 33 would fit; or pad 1:2",
        ),
        "INPUT: 32x32x3\nL: crop ? => 31x31x3": (
            "SHP117 2:9 ? | no pad gives L 31x31x3: 31 cells need 2P = 32 - 31 = 1, which is odd; pad 0 gives "
            "32x32x3 and pad 1 gives 30x30x3 | claim 32x32x3, or change one of the numbers; or pad 0:1",
        ),
        "INPUT: 32x32x3\nL: conv 8 40x40 stride ? dilation ?": (
            "SHP117 2:24 ? dilation ? | no stride and dilation let L fit exactly: no numbers of stride 1 to the "
            "room of its window and dilation 1 to 1 are legal and fit exactly | an input of 40 would fit",
        ),
        "INPUT: 32x32x3\nL: conv 8 20x20 stride ? => 14x14x8": (
            "SHP117 2:24 ? | no stride gives L 14x14x8: 14 cells need S = (32 - 20)/(14 - 1) = 12/13, which is "
            "below 1; stride 1 gives 13x13x8 and stride 2 gives 7x7x8 | claim 13x13x8, or change one of the "
            "numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 20x20 stride ? => 1x1x8": (
            "SHP117 2:24 ? | no stride gives L 1x1x8: 1 cell needs a window that fills the padded 32, and it is "
            "20; stride 6 gives 3x3x8 and stride 12 gives 2x2x8 | claim 2x2x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 pad ? => rf 5": (
            "SHP117 2:19 ? | no pad gives L rf 5: pad 0 gives rf 3x3 and pad 1 gives rf 3x3 | change the claim, or "
            "one of the numbers that are written",
        ),
        "INPUT: 32x32x3\nL: conv ? 3x3 => rf 5, 30x30x8": (
            "SHP117 2:9 ? | no number of filters gives L rf 5 and 30x30x8: 8 filters give rf 3x3 | change the "
            "claim, or what else the line says: filters follow from the channels claimed",
        ),
        "INPUT: 32x32x3\nL: fc ? => 5 params": (
            "SHP117 2:7 ? | no number of units gives L 5 params: 1 units give 3,073 params | claim what one of "
            "these numbers of units gives",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 pad ? gn 3 => 30x30x8": (
            "SHP117 2:19 ? | no pad gives L 30x30x8: pad 0: 3 groups do not divide the 8 channels; pad 1: 3 groups "
            "do not divide the 8 channels; pad 2: 3 groups do not divide the 8 channels | change the claim, or one "
            "of the numbers that are written",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 groups 2 maxpool ? => 7x7x8": (
            "SHP117 2:32 ? | no kernel gives L 7x7x8: conv before it: 2 groups do not divide the 3 input channels "
            "| change the line",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 stride ? pad 1 => 16x16x8": (
            "SHP117 2:22 ? | no stride gives L 16x16x8: 16 cells need S = (34 - 3)/(16 - 1) = 31/15, which is not "
            "whole; stride 1 gives 32x32x8 and stride 31 gives 2x2x8 | stride 2 gives it rounded, and may be "
            "meant; or claim 2x2x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 ? stride ? pad full => 99x99x8, 1 params": (
            "SHP117 2:11 ? stride ? | no kernel and stride give L 99x99x8 and 1 params: 156 fit, the nearest: "
            "kernel 31 and stride 1 give 62x62x8 and kernel 32 and stride 1 give 63x63x8 | claim 63x63x8, or "
            "change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 ? stride 3 pad same => 99x99x8": (
            "SHP117 2:11 ? | no kernel gives L 99x99x8: kernel 2 gives 11x11x8 and kernel 3 gives 11x11x8 | claim "
            "11x11x8, or change one of the numbers",
        ),
        "INPUT: 32x32x3\nL: conv 8 ? dilation ? => 99x99x8": (
            "SHP117 2:11 ? dilation ? | no kernel and dilation give L 99x99x8: 114 fit, the nearest: kernel 1 and "
            "dilation 1 give 32x32x8 and kernel 2 and dilation 1 give 31x31x8 | claim 32x32x8, or change one of "
            "the numbers",
        ),
        "INPUT: 32x32x3\nL: embed ? vocab 10": (
            "SYN120 2:10 ? | '?' cannot stand for the dim of embed | write the number; '?' stands for filters, "
            "units, kernel, stride, pad, dilation or outpad",
        ),
        "INPUT: 32x32x3\nL: gn ?": (
            "SYN120 2:7 ? | '?' cannot stand for the groups of gn | write the number; '?' stands for filters, "
            "units, kernel, stride, pad, dilation or outpad",
        ),
        "INPUT: 32x32x3\nL: aux weight ?": (
            "SYN120 2:15 ? | '?' cannot stand for the weight of aux | write the number; '?' stands for filters, "
            "units, kernel, stride, pad, dilation or outpad",
        ),
        "INPUT: 32x32x3\nL: adaptive avgpool ?": (
            "SYN120 2:21 ? | '?' cannot stand for the output of adaptive avgpool | write the number; '?' stands "
            "for filters, units, kernel, stride, pad, dilation or outpad",
        ),
        "INPUT: 32x32x3\nL: upsample ?": (
            "SYN120 2:13 ? | '?' cannot stand for the factor of upsample | write the number; '?' stands for "
            "filters, units, kernel, stride, pad, dilation or outpad",
        ),
        "INPUT: 32x32x3\nL: lrn ?": (
            "SYN120 2:8 ? | '?' cannot stand for the size of lrn | write the number; '?' stands for filters, "
            "units, kernel, stride, pad, dilation or outpad",
        ),
        "INPUT: 32x32x3\nL: conv 8 3x3 in ?": (
            "SYN120 2:18 ? | '?' cannot stand for the in of conv | write the number; '?' stands for filters, "
            "units, kernel, stride, pad, dilation or outpad",
        ),
        "INPUT: 32x32x3\nL: slice ?:2": (
            "SYN120 2:10 ?:2 | '?' cannot stand for the channels of slice | write the number; '?' stands for "
            "filters, units, kernel, stride, pad, dilation or outpad",
        ),
        "INPUT: 32x32x3\nrepeat 2\n  conv 8 3x3 pad ?": (
            "SYN120 3:18 ? | '?' stands in a repeat or a range, and may have another answer each time the line is "
            "made | write the number, or the line by itself",
        ),
        "INPUT: 32x32x3\nt: repeat 2\n  conv 8 3x3 pad ?": (
            "SYN120 3:18 ? | '?' stands in a repeat or a range, and may have another answer each time the line is "
            "made | write the number, or the line by itself",
        ),
        "INPUT: 32x32x3\ng1..2:\n  conv 8 3x3 pad ?": (
            "SYN120 3:18 ? | '?' stands in a repeat or a range, and may have another answer each time the line is "
            "made | write the number, or the line by itself",
        ),
        "INPUT: 32x32x3\nCONV1..3: 8 3x3 pad ?": (
            "SYN120 2:21 ? | '?' stands in a repeat or a range, and may have another answer each time the line is "
            "made | write the number, or the line by itself",
        ),
        "INPUT: 32x32x3\nCONV1..?: 8 3x3": (
            "SYN106 2:1 CONV1 | 'CONV1' is no kind of layer | a range of layers is written CONV2..12:",
        ),
        "INPUT: 32x32x3\nblock b(c)\n  conv c 3x3 pad ?\nb 8": (
            "SYN120 3:18 ? | '?' stands in a block, and may have another answer each time the line is made | write "
            "the number, or the line by itself",
        ),
        "INPUT: 32x32x3\nblock b(c)\n  conv c 3x3\nb ?": (
            "SYN120 4:3 ? | '?' cannot stand here | write the number; '?' stands for one of a layer's own: conv 8 "
            "3x3 pad ?",
        ),
        "INPUT: 32x32x3\nk = ?\nrelu": (
            "SYN120 2:5 ? | '?' cannot stand in an expression | write the number; '?' stands for a whole number of "
            "a layer by itself: pad ?",
        ),
        "INPUT: 32x32x3\nrepeat ?\n  relu": (
            "SYN120 2:8 ? | '?' cannot stand in an expression | write the number; '?' stands for a whole number of "
            "a layer by itself: pad ?",
        ),
        "INPUT: 32x32x3\nif ? > 1\n  relu\nrelu": (
            "SYN120 2:4 ? | '?' cannot stand in an expression | write the number; '?' stands for a whole number of "
            "a layer by itself: pad ?",
        ),
        "INPUT: 32x32x3\nrelu => ? params": (
            "SYN115 2:11 params | no figure follows 'params' | write a number, 61.1M or 34,944",
        ),
        "INPUT: 32x32x3\nrelu\nexpect params = ?": (
            "SYN120 3:17 ? | '?' cannot stand in an expression | write the number; '?' stands for a whole number "
            "of a layer by itself: pad ?",
        ),
        "INPUT: 32x32x3\nafter conv: pad ?\nconv 8 3x3": (
            "SYN120 2:13 pad ? | 'after' takes no '?': it speaks to many lines | write the number, or '?' on a "
            "line itself",
        ),
        "INPUT: 32x32x3\nrelu bn ?": ("SYN113 2:9 ? | one value too many: bn takes no such value | remove it",),
        "INPUT: 32x32x3\nconv (2*?) 3x3": (
            "SYN108 2:1 conv (2*?) 3x3 | conv has no number of filters | write it first: conv 64 3x3",
        ),
        "INPUT: ?x32x3\nrelu": (
            "SYN111 1:8 ?x32x3 | every extent of the shape must be known: '?' cannot stand in it | write the number",
        ),
        "INPUT: 32x31x3\nL: conv 8 3x3 stride 2 pad ?": (
            "SHP117 2:28 ? | no pad lets L fit exactly: (32 + 2P - 3)/2 + 1 is never whole: 29 + 2P is odd for "
            "every P | an input would fit of 31 or 33 on the width and 31 on the height",
        ),
        "INPUT: 10**50x10**50x3\nL: conv 8 ? stride ? pad ?": (
            "SYN103 2:11 ? stride ? pad ? | kernel ?, stride ? and pad ? on L: more than 1,000,000 numbers would "
            "have to be tried | write one of the numbers, or claim the output; --limit search=N raises the limit",
        ),
    },
    "branches": {
        "INPUT: 8x8x4\nrelu\n  - conv 4 1": (
            "SYN116 3:3 - | relu joins no branches | branches stand below add, concat or scale",
        ),
        "INPUT: 8x8x4\nA:\n  - conv 4 1": ("SYN116 3:3 - | 'A' says no join | write 'A: concat'",),
        "INPUT: 8x8x4\nblock b\n  relu\nb\n  - relu": (
            "SYN116 5:3 - | the line above joins no branches | branches stand below add, concat or scale",
        ),
        "INPUT: 8x8x4\nk = 3\n  - relu": (
            "SYN116 3:3 - | the line above joins no branches | branches stand below add, concat or scale",
        ),
        "INPUT: 8x8x4\n- conv 4 1": (
            "SYN116 2:1 - | the branch stands under no join | indent it below add, concat or scale",
        ),
        "INPUT: 8x8x4\nadd\n- identity\n- identity": (
            "SYN116 3:1 - | the branch stands under no join | indent it below add, concat or scale",
        ),
        "INPUT: 8x8x4\nadd relu\n  conv 4 1\n  conv 4 1": (
            "SYN116 3:3 c | the line stands under a join and begins no branch | begin each branch with '- '",
        ),
        "INPUT: 8x8x4\nadd\n  - relu\n    relu\n   - relu": (
            "SYN104 5:4 - | the branch begins at column 4, those above it at 3 | begin it at column 3",
        ),
        "INPUT: 8x8x4\nadd\n    - relu\n  - relu": (
            "SYN104 4:3 - | the branch begins at column 3, those above it at 5 | begin it at column 5",
        ),
        "INPUT: 8x8x4\nadd\n  - relu\n  relu": (
            "SYN104 4:3 r | column 3 continues no body: those above begin at 1"
            " | to begin a branch write '- ' before it; else begin at column 1",
        ),
        "INPUT: 8x8x4\nadd\n  -\n  - relu": (
            "SYN108 3:3 - | the branch is empty | to hand the input on as it is write '- identity'",
        ),
        "INPUT: 8x8x4\nadd\n  -relu\n  - relu": (
            "SYN116 3:3 - | the line stands under a join and begins no branch | begin each branch with '- '",
        ),
        "INPUT: 8x8x4\nadd": (
            "SYN108 2:1 add | add has no branches | "
            "indent them below it, each behind '- ', or name what it joins: add from A, B",
        ),
        "INPUT: 8x8x4\nadd relu": (
            "SYN108 2:1 add | add has no branches | "
            "indent them below it, each behind '- ', or name what it joins: add from A, B",
        ),
        "INPUT: 8x8x4\nscale": (
            "SYN108 2:1 scale | scale has neither a number nor branches | "
            "indent them below it, each behind '- ', or name what it joins: scale from A, B",
        ),
        "INPUT: 8x8x4\nconv 4 1 scale relu": (
            "SYN108 2:10 scale | scale has no number | write the number: scale 0.17",
        ),
        "INPUT: 8x8x4\nconcat from INPUT": (
            "SYN108 2:1 concat from INPUT | concat names 'INPUT' alone | a join reads two or more: concat from A, B",
        ),
        "INPUT: 8x8x4\nscale from INPUT": (
            "SYN108 2:1 scale from INPUT | scale names 'INPUT' alone | a join reads two or more: scale from A, B",
        ),
        "INPUT: 8x8x4\nJ: add from INPUT, INPUT\n  - relu\n  - relu": (
            "SYN116 2:13 INPUT, INPUT | the join has branches and names layers | "
            "keep the one or the other; a branch may begin elsewhere: - from A",
        ),
        "INPUT: 8x8x4\nadd A, B": (
            "SYN107 2:5 A | 'A' means nothing to add | add names its layers behind 'from': add from A",
        ),
        "INPUT: 8x8x4\nconcat of A, B": (
            "SYN107 2:11 A | 'A' means nothing to concat | concat names its layers behind 'from': concat from A",
        ),
        "INPUT: 8x8x4\nadd (A, B)": (
            "SYN108 2:1 add (A, B) | add has no branches | "
            "indent them below it, each behind '- ', or name what it joins: add from A, B",
        ),
        "INPUT: 8x8x4\nadd 3": ("SYN113 2:5 3 | one value too many: add takes no such value | remove it",),
        "INPUT: 8x8x4\nadd\n  - A\n  - INPUT": (
            "SYN106 3:5 A | 'A' is no kind of layer | "
            "a layer begins with its kind (conv 64 3x3) or a name and a colon (CONV1: 64 3x3); "
            "to go on from one of this name write 'from A'",
            "SYN116 4:5 INPUT | an input stands in a body | declare it at the top level, and read it with 'from'",
        ),
        "INPUT: 8x8x4\nconcat\n  - relu\n  - concat": (
            "SYN108 4:5 concat | concat has no branches | "
            "indent them below it, each behind '- ', or name what it joins: concat from A, B",
        ),
    },
    "shapes of branches": {
        "INPUT: 8x8x4\nadd\n  - conv 4 1 stride 7\n  - identity": (
            "SHP115 2:1 add | add needs maps of one size: the first branch is 2 high, branch 2 is 8 | "
            "give every branch the same stride and pad",
        ),
        "INPUT: 8x8x4\nadd\n  - conv 6 1\n  - identity": (
            "SHP115 2:1 add | add needs as many channels in every branch: the first has 6, branch 2 has 4 | "
            "end every branch with as many filters, or project the input: - shortcut",
        ),
        "INPUT: 8x8x4\nA: conv 5 1\nadd from INPUT, A": (
            "SHP115 3:1 add from INPUT, A | "
            "add needs as many channels in every branch: the first has 4, branch 2 has 5 | "
            "end every branch with as many filters, or project the input: - shortcut",
        ),
        "INPUT: 8x8x4\nconcat\n  - conv 4 3x1\n  - identity": (
            "SHP115 2:1 concat | concat needs maps of one size: the first branch is 6 wide, branch 2 is 8 | "
            "give every branch the same stride and pad",
        ),
        "INPUT: 8x6x4\nconcat\n  - conv 4 1x3\n  - identity": (
            "SHP115 2:1 concat | concat needs maps of one size: the first branch is 4 high, branch 2 is 6 | "
            "give every branch the same stride and pad",
        ),
        "INPUT: 8x8x4\nscale\n  - identity\n  - conv 3 1": (
            "SHP115 2:1 scale | scale needs as many channels in every branch: the first has 4, branch 2 has 3 | "
            "end every branch with as many filters, or project the input: - shortcut",
        ),
        "INPUT: 8x8x4\nscale 2\n  - identity\n  - identity": (
            "SHP108 2:7 2 | scale has a number and 2 branches | "
            "leave the number out, or give it a line of its own behind the join",
        ),
        "INPUT: 64x4\nA: relu\nreshape 8x8x4\nadd from A, reshape1": (
            "SHP115 4:1 add from A, reshape1 | "
            "add needs branches of one rank: the first is a 1-D map, branch 2 a 2-D one | "
            "reshape one of them",
        ),
        "INPUT: 8x8x4\nconcat\n  - fc 10\n  - identity": (
            "SHP115 2:1 concat | concat needs maps of one size: the first branch is 1 high, branch 2 is 8 | "
            "give every branch the same stride and pad",
        ),
    },
    "shortcuts": {
        "INPUT: 8x8x4\nshortcut": (
            "SYN116 2:1 shortcut | the shortcut stands in no branch | "
            "write it in a branch of add or concat: - shortcut",
        ),
        "INPUT: 8x8x4\nadd\n  - shortcut": (
            "SYN116 3:5 shortcut | no other branch stands beside the shortcut | "
            "write the branch that it goes around: - conv 64 3x3",
        ),
        "INPUT: 8x8x4\nadd\n  - shortcut none\n  - shortcut": (
            "SYN116 3:5 shortcut none | no other branch stands beside the shortcut | "
            "write the branch that it goes around: - conv 64 3x3",
        ),
        "INPUT: 8x8x4\nconv 4 1 shortcut": (
            "SYN107 2:10 shortcut | 'shortcut' cannot follow another layer | "
            "give it a line of its own, or part the two with ';'",
        ),
        "INPUT: 8x8x4\nadd\n  - conv 3 1\n  - shortcut pad": (
            "SHP116 4:14 pad | the branch beside the shortcut has 3 channels, fewer than the 4 that come in | "
            "leave out 'pad' to project them",
        ),
        "INPUT: 8x8x4\nadd\n  - conv 6 1\n  - shortcut pad none": (
            "SHP108 4:18 none | 'pad' and 'none' exclude each other | keep one of the two",
        ),
        "INPUT: 8x8x4\nadd\n  - deconv 4 2 stride 2\n  - shortcut": (
            "SHP116 4:5 shortcut | "
            "the shortcut cannot follow its branch, which makes the map larger: a stride of 1/2, 1/2 | "
            "write what stands on this branch: upsample, deconv",
        ),
        "INPUT: 8x8x4\nadd\n  - conv 6 1\n  - shortcut 3": (
            "SYN113 4:14 3 | one value too many: shortcut takes no such value | remove it",
        ),
        "INPUT: 8x8x4\nadd\n  - conv 6 1\n  - shortcut stride 2": (
            "SYN107 4:14 stride | 'stride' means nothing to shortcut | shortcut has no such option",
        ),
        "INPUT: 8x8x4\nadd\n  - conv 6 3x3 stride 2\n  - shortcut": (
            "SHP115 2:1 add | add needs maps of one size: the first branch is 3 high, branch 2 is 4 | "
            "give every branch the same stride and pad",
        ),
    },
    "references": {
        "INPUT: 8x8x4\nA: relu\nx from A: conv 4 1 from INPUT": (
            "SYN113 3:25 INPUT | the line reads 'A' and 'INPUT' | keep one 'from'",
        ),
        "INPUT: 8x8x4\nblock b\n  relu\nA: relu\nx from A: b from INPUT": (
            "SYN113 5:18 INPUT | the line reads 'A' and 'INPUT' | keep one 'from'",
        ),
        "INPUT: 8x8x4\nA: relu\nJ from A: add from A, INPUT": (
            "SYN113 3:20 A, INPUT | the line reads 'A' and 'A' | keep one 'from'",
        ),
        "INPUT: 8x8x4\nA: relu\nx: input 8x8x3 from A\nrelu": (
            "SYN116 3:1 x: input 8x8x3 from A | an input reads no layer | "
            "leave out 'from', or write the kind of a layer",
        ),
        "INPUT: 8x8x4\nA: relu\nx from A: input 8x8x3\nrelu": (
            "SYN116 3:1 x from A: input 8x8x3 | an input reads no layer | "
            "leave out 'from', or write the kind of a layer",
        ),
        "INPUT: 8x8x4\ns3..5: relu\nadd from s3..1": (
            "SYN108 3:10 s3..1 | the range 's3..1' names nothing | write s3 alone, or count up",
        ),
        "INPUT: 8x8x4\ns3..5: relu\nadd from s5..3": (
            "SYN108 3:10 s5..3 | the range 's5..3' names nothing | write s5 alone, or count up",
        ),
        "INPUT: 8x8x4\nadd from INPUT, nothing": (
            "SYN110 2:17 nothing | 'nothing' names no line above | "
            "a line reads what stands above it, by its name before the colon",
        ),
        "INPUT: 8x8x4\nAB: relu\nadd from INPUT, ABB": (
            "SYN110 3:17 ABB | 'ABB' names no line above | did you mean 'AB'?",
        ),
        "INPUT: 8x8x4\nadd from INPUT, B\nB: relu": (
            "SYN110 2:17 B | 'B' does not stand above this line | a line reads only what stands above it: move it down",
        ),
        "INPUT: 8x8x4\nA: add from A, INPUT": (
            "SYN110 2:13 A | 'A' does not stand above this line | a line reads only what stands above it: move it down",
        ),
        "INPUT: 8x8x4\nconv 4 1 from A, B": (
            "SYN107 2:15 A, B | conv reads one layer, and 'from' names 2 | "
            "join them first: add from A, B or concat from A, B",
        ),
        "INPUT: 8x8x4\nfrom": ("SYN108 2:1 from | 'from' names no layer | write a layer's name: from CONV3",),
        "INPUT: 8x8x4\nconv 4 1 from": ("SYN108 2:10 from | 'from' names no layer | write a layer's name: from CONV3",),
        "INPUT: 8x8x4\nfrom INPUT, INPUT": (
            "SYN107 2:6 INPUT, INPUT | a line that is only 'from' names one layer | "
            "to read several, name them on a join: add from A, B",
        ),
        "INPUT: 8x8x4\nfrom INPUT relu": (
            "SYN107 2:12 relu | 'relu' follows the name | "
            "the kind stands first: conv 64 3x3 from A; or part the two with ';'",
        ),
        "INPUT: 8x8x4\nfrom INPUT..3": (
            "SYN107 2:6 INPUT..3 | a line that is only 'from' names one layer | "
            "to read several, name them on a join: add from A, B",
        ),
        "INPUT: 8x8x4\nx from s0..1: relu": (
            "SYN107 2:8 s0..1 | 's0..1' names several layers | join them first: concat from s0..1",
        ),
        "INPUT: 8x8x4\ns0..1: relu\nadd from s0..2": (
            "SYN110 3:10 s0..2 | 's2' names no line above | did you mean 's0'?",
        ),
        "INPUT: 8x8x4\ns0..1: relu\nadd from s..2": (
            "SYN111 3:10 s..2 | the range 's..' has no first number | write CONV2..12",
        ),
        "INPUT: 8x8x4\ns0..1: relu\nadd from s0..(3/2)": (
            "SYN111 3:10 s0..(3/2) | the range ends at 3/2 = 1.5, and must end at a whole number | "
            "use floor(...), ceil(...) or //",
        ),
        "INPUT: 8x8x4\ng:\n  A: relu\nadd from INPUT, A": (
            "SYN110 4:17 A | 'A' names no line above | did you mean 'g.A'?",
        ),
        "INPUT: 8x8x4\nx from nothing: relu": (
            "SYN110 2:8 nothing | 'nothing' names no line above | "
            "a line reads what stands above it, by its name before the colon",
        ),
        "INPUT: 8x8x4\ng from nothing:\n  relu": (
            "SYN110 2:8 nothing | 'nothing' names no line above | "
            "a line reads what stands above it, by its name before the colon",
        ),
        "INPUT: 8x8x4\nupsample to": ("SYN107 2:12  | no layer is named here | write the name of a line above",),
        "INPUT: 8x8x4\nupsample to nothing": (
            "SYN110 2:13 nothing | 'nothing' names no line above | "
            "a line reads what stands above it, by its name before the colon",
        ),
        "INPUT: 8x8x4\nA: relu\nupsample 2 to A": (
            "SHP108 3:12 to A | upsample has both a factor and a layer to be as large as | keep one of the two",
        ),
        "INPUT: 8x8x4\nupsample": (
            "SYN108 2:1 upsample | upsample has neither a factor nor a layer to be as large as | "
            "write upsample 2 or upsample to CONV3",
        ),
        "INPUT: 8x8x4\ncrop": (
            "SYN108 2:1 crop | crop has neither a pad nor a layer to be as large as | write crop 2, or crop to CONV3",
        ),
        "INPUT: 8x8x4\ncrop 1 to INPUT": (
            "SHP108 2:8 to INPUT | crop has both a pad and a layer to be as large as | keep one of the two",
        ),
        "INPUT: 8x8x4\nA: conv 4 3x3\nupsample to INPUT": (
            "SHP116 3:10 to INPUT | upsample to 8 high, which is no whole multiple of the 6 of the map | "
            "choose an input that the strides above divide, or crop behind 'upsample 2'",
        ),
        "INPUT: 8x8x4\nA: conv 4 3x3\ncrop to INPUT": (
            "SHP116 3:6 to INPUT | crop to 8 high, and the map is only 6 high | "
            "crop the larger of the two, or upsample this one",
        ),
        "INPUT: 8x8x4\nA: fc 3\nfrom INPUT\ncrop to A": (
            "SHP116 4:6 to A | crop to a vector, and the input is a 2-D map | name a layer of the same rank",
        ),
        "INPUT: 8x4\nreshape 4x4x2\nA: relu\nfrom INPUT\nupsample to A": (
            "SHP116 5:10 to A | upsample to a 2-D map, and the input is a 1-D map | name a layer of the same rank",
        ),
        "INPUT: 8x8x4\nupsample to (3)": ("SYN107 2:13 ( | '(' names no layer | write the name of a line above",),
        "INPUT: 8x8x4\nconv 4 1 from (A)": (
            "SYN108 2:10 from | 'from' names no layer | write a layer's name: from CONV3",
        ),
        "INPUT: 8x8x4\nafter conv: relu from INPUT": (
            "SYN116 2:23 INPUT | 'after' takes no 'from' | the lines themselves say what they read",
        ),
        "INPUT: 8x8x4\nadd from INPUT INPUT": (
            "SYN107 2:16 INPUT | 'INPUT' cannot follow another layer | "
            "give it a line of its own, or part the two with ';'",
        ),
        "INPUT: 8x8x4\nexpect params(A) = 3\nrelu": (
            "SYN110 2:15 A | 'A' names no line of the file | write a line's name as it stands before its colon",
        ),
    },
    "blocks": {
        "INPUT: 8x8x4\nblock": ("SYN108 2:1 block | 'block' has no name | write 'block basic(c, s=1)'",),
        "INPUT: 8x8x4\nblock (c)\n  relu": (
            "SYN108 2:1 block (c) | 'block' has no name | write 'block basic(c, s=1)'",
        ),
        "INPUT: 8x8x4\nblock conv\n  relu": (
            "SYN114 2:7 conv | 'conv' is a word of the language and cannot name a block | choose another name",
        ),
        "INPUT: 8x8x4\nblock b c\n  relu": (
            "SYN107 2:9 c | 'c' follows the block's name | "
            "its lines stand below it, indented; its parameters in parentheses: block b(c, s=1)",
        ),
        "INPUT: 8x8x4\nblock 3b\n  relu": (
            "SYN114 2:7 3b | '3b' cannot name a block: it begins with a digit | choose another name",
        ),
        "INPUT: 8x8x4\nblock b(c, c)\n  relu": (
            "SYN112 2:12 c | the parameter 'c' stands twice | give each its own name",
        ),
        "INPUT: 8x8x4\nblock b(c=)\n  relu": (
            "SYN108 2:9 c= | 'c' has no default behind its '=' | write c=1, or leave out the '='",
        ),
        "INPUT: 8x8x4\nblock b(c=3, 4)\n  relu": ("SYN107 2:14 4 | '4' names no parameter | write block b(c, s=1)",),
        "INPUT: 8x8x4\nblock b(x)\n  relu": (
            "SYN114 2:9 x | 'x' is a word of the language and cannot name a parameter | choose another name",
        ),
        "INPUT: 8x8x4\nblock b(3k)\n  relu": (
            "SYN114 2:9 3k | '3k' cannot name a parameter: it begins with a digit | choose another name",
        ),
        "INPUT: 8x8x4\nblock b(a.b)\n  relu": (
            "SYN114 2:9 a.b | 'a.b' cannot name a parameter: it has a dot | choose another name",
        ),
        "INPUT: 8x8x4\nblock b(c,\n  relu": ("SYN105 2:8 ( | '(' has no matching ')' | add ')', or remove '('",),
        "INPUT: 8x8x4\nblock b(c +)\n  relu": ("SYN107 2:11 + | '+' names no parameter | write block b(c, s=1)",),
        "INPUT: 8x8x4\nblock b(c=8, s=1)\n  conv c 1 stride s\nb(4, s=2)": (
            "SYN107 4:2 (4, s=2) | the arguments of 'b' stand in parentheses | write them behind its name: b 4 s=2",
        ),
        "INPUT: 8x8x4\nblock b\nb": ("SYN116 3:1 b | the block 'b' has no body | indent its lines below its head",),
        "INPUT: 8x8x4\ng:\n  block b\n    relu": (
            "SYN116 3:3 block b | a block stands at the top level | begin it at the first column",
        ),
        "INPUT: 8x8x4\nblock b\n  relu\nblock b\n  bn\nb": (
            "SYN112 4:7 b | the block 'b' is defined twice | give each its own name",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb": (
            "SYN108 4:1 b | the block 'b' needs its 'c' | write b c=64, or c=relu for a kind",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb 3 4": (
            "SYN113 4:5 4 | one value too many: the block 'b' has 1 parameter | its head is block b(c)",
        ),
        "INPUT: 8x8x4\nblock b\n  relu\nb 4": (
            "SYN113 4:3 4 | one value too many: the block 'b' has 0 parameters | its head is block b()",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb d=3": (
            "SYN110 4:3 d=3 | the block 'b' has no parameter 'd' | its head is block b(c)",
        ),
        "INPUT: 8x8x4\nblock bas(width)\n  conv width 1\nbas widht=3": (
            "SYN110 4:5 widht=3 | the block 'bas' has no parameter 'widht' | did you mean 'width'?",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb c=1 c=2": (
            "SYN113 4:7 c=2 | 'c' is given twice | keep the one that is meant",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb 3 c=2": (
            "SYN113 4:5 c=2 | 'c' is given twice | keep the one that is meant",
        ),
        "INPUT: 8x8x4\nblock b(c, s=1)\n  conv c 1\nb s=1 2": (
            "SYN107 4:7 2 | '2' stands behind a named value | values without a name stand first",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb c=": ("SYN108 4:3 c= | 'c' has no value | write 'c=1'",),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb zz": (
            "SYN110 4:3 zz | 'zz' is no number, no kind and no layer above | "
            "write a value, a kind (act=relu) or a layer's name",
        ),
        "INPUT: 8x8x4\nblock b(c=zz)\n  conv c 1\nb": (
            "SYN110 4:1 b | 'zz', the default of 'c', is no number, no kind and no layer above | "
            "write a value, a kind (act=relu) or a layer's name",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb 3 from INPUT, INPUT": (
            "SYN116 4:10 INPUT, INPUT | a block reads one layer | "
            "name the others in its parentheses: block b(skip), and call it with skip=conv3",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb 1/2": (
            "SYN111 3:8 c | filters is 1/2 = 0.5, and must be whole | use floor(...), ceil(...) or //",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb 3 stride 2": (
            "SYN113 4:5 stride | one value too many: the block 'b' has 1 parameter | its head is block b(c)",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb 3 relu 4": (
            "SYN113 4:10 4 | one value too many: relu takes no such value | remove it",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1\nb 3 fc 4": (
            "SYN107 4:5 fc | 'fc' cannot follow another layer | give it a line of its own, or part the two with ';'",
        ),
        "INPUT: 8x8x4\nblock basic(c)\n  conv c 1\nbasik 3": (
            "SYN106 4:1 basik | 'basik' is no kind of layer | did you mean 'basic'?",
        ),
        "INPUT: 8x8x4\nblock basic(c)\n  conv c 1\nx: Basic 3": (
            "SYN106 4:4 Basic | 'Basic' is no kind of layer | did you mean 'basic'?",
        ),
        "INPUT: 8x8x4\nblock b\n  relu\nconv 4 1 b": (
            "SYN107 4:10 b | 'b' means nothing to conv | a block is called on a line of its own",
        ),
        "INPUT: 8x8x4\nblock a\n  b\nblock b\n  a\na": (
            "SYN119 5:3 a | the block 'a' calls itself (a -> b -> a) | to pass lines several times write 'repeat N'",
        ),
        "INPUT: 8x8x4\nblock a(n)\n  relu\n  a n-1\na 3": (
            "SYN119 4:3 a | the block 'a' calls itself (a -> a) | to pass lines several times write 'repeat N'",
        ),
        "INPUT: 8x8x4\nblock b(act=relu)\n  conv 4 act\nb": (
            "SYN108 3:3 conv 4 | conv has no kernel | write conv [filters] [kernel]",
        ),
        "INPUT: 8x8x4\nblock b(act)\n  conv 4 3 act\nb 3": (
            "SYN113 3:12 act | one value too many: conv takes [filters] [kernel] | "
            "name what it is: stride, pad, dilation, groups, in, connect; a kernel is joined by 'x': 3x3",
        ),
        "INPUT: 8x8x4\nblock b(act)\n  conv 4 3 act\nb relu": (
            "SYN108 4:1 b | the block 'b' needs its 'act' | write b act=64, or act=relu for a kind",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 1 strid 2\nb 3\nb 4": (
            "SYN107 3:12 strid | 'strid' means nothing to conv | did you mean 'stride'?",
        ),
        "INPUT: 8x8x4\nblock b(c=\n  relu\nb 3\nrelu": (
            "SYN105 2:8 ( | '(' has no matching ')' | add ')', or remove '('",
        ),
        "INPUT: 8x8x4\nblock b(k)\n  k = 2\nb 1": (
            "SYN112 3:3 k | 'k' is named twice: on line 2 and here | give each its own name",
        ),
        "INPUT: 8x8x4\nblock b\n  k = 2\n  k = 3\n  relu\nb": (
            "SYN112 4:3 k | 'k' is named twice: on line 3 and here | give each its own name",
        ),
        "INPUT: 8x8x4\nblock b\n  x: INPUT: 3\nb": (
            "SYN107 3:11 : | ':' means nothing to input | "
            "a name is one word of letters, digits, _ and . before its colon: 'CONV1:'",
        ),
        "INPUT: 8x8x4\nblock b\n  INPUT: 8x8x3\nb": (
            "SYN116 3:3 INPUT: 8x8x3 | an input stands in a body | "
            "declare it at the top level, and read it with 'from'",
        ),
        "INPUT: 8x8x4\nblock b(c)\n  conv c 9\nb 3": (
            "SHP101 3:10 9 | the window is 9 high, its padded input 8 (8 + 0 + 0) | "
            "use a kernel of at most 8, a pad of 1 more, or an input at least 9 high",
        ),
        "INPUT: 8x8x4\nb 3\nblock b(c)\n  conv c 1 bogus": (
            "SYN107 4:12 bogus | 'bogus' means nothing to conv | "
            "conv knows stride, pad, dilation, groups, nobias, depthwise, in, connect",
        ),
    },
    "conditions and repeats": {
        "INPUT: 8x8x4\nif 1\nrelu": (
            "SYN116 2:1 if 1 | no line belongs to the 'if' | indent the lines that it decides on",
        ),
        "INPUT: 8x8x4\nif\n  relu": ("SYN108 2:1 if | 'if' has no condition | write 'if s > 1'",),
        "INPUT: 8x8x4\nif C > k\n  relu": (
            "SYN110 2:8 k | 'k' is not defined here | a name is set above the line that uses it: k = 64",
        ),
        "INPUT: 8x8x4\nif C = 4\n  relu": ("SYN109 2:6 = | '=' cannot follow an expression | to compare write '=='",),
        "INPUT: 8x8x4\nelse\n  relu": ("SYN116 2:1 else | 'else' follows no 'if' | it stands at the column of its if",),
        "INPUT: 8x8x4\nif 1\n  relu\nelse\n  relu\nelse\n  bn": (
            "SYN116 6:1 else | 'else' follows no 'if' | it stands at the column of its if",
        ),
        "INPUT: 8x8x4\nif 1\n  relu\nbn\nelse\n  bn": (
            "SYN116 5:1 else | 'else' follows no 'if' | it stands at the column of its if",
        ),
        "INPUT: 8x8x4\nif 1\n  relu\nelse 3\n  bn": (
            "SYN107 4:6 3 | '3' follows 'else' | what happens otherwise stands on the lines below it, indented",
        ),
        "INPUT: 8x8x4\nif 1\n  relu\nelse if 0\n  bn": (
            "SYN107 4:6 if 0 | 'if 0' follows 'else' | write 'else', and below it, indented, 'if ...'",
        ),
        "INPUT: 8x8x4\nif 1\n  relu\nelif 0\n  bn": (
            "SYN106 4:1 elif | 'elif' is no kind of layer | write 'else', and below it, indented, 'if ...'",
        ),
        "INPUT: 8x8x4\nif 1\n  relu\nendif": (
            "SYN106 4:1 endif | 'endif' is no kind of layer | a body ends where its indentation does",
        ),
        "INPUT: 8x8x4\nfor i in 3\n  relu": (
            "SYN106 2:1 for | 'for' is no kind of layer | to pass lines several times write 'repeat 3'",
        ),
        "INPUT: 8x8x4\nwhile 1\n  relu": (
            "SYN106 2:1 while | 'while' is no kind of layer | to pass lines several times write 'repeat 3'",
        ),
        "INPUT: 8x8x4\ndef b(c)\n  relu": (
            "SYN106 2:1 def | 'def' is no kind of layer | a body with parameters is written 'block b(c, s=1)'",
        ),
        "INPUT: 8x8x4\nif 1\n  relu\nelse\nbn": (
            "SYN116 4:1 else | no line belongs to the 'else' | indent the lines that it decides on",
        ),
        "INPUT: 8x8x4\nrepeat 2\n  add\n    - relu\n    - A: relu": (
            "SYN116 5:7 A | a repeat without a name holds anonymous lines only | name the repeat: 'tower: repeat 3'",
        ),
        "INPUT: 8x8x4\nrepeat 2\n  if 1\n    A: relu": (
            "SYN116 4:5 A | a repeat without a name holds anonymous lines only | name the repeat: 'tower: repeat 3'",
        ),
        "INPUT: 8x8x4\nt: repeat 2": ("SYN116 2:11 2 | the repeat has no body | indent the lines that it repeats",),
        "INPUT: 8x8x4\nrepeat 2\n  b: repeat 2\n    relu": (
            "SYN116 3:3 b | a repeat without a name holds anonymous lines only | name the repeat: 'tower: repeat 3'",
        ),
        "INPUT: 8x8x4\nif 1/0\n  relu": ("SYN109 2:5 / | division by zero | write a divisor that is not 0",),
    },
    "heads, outputs and shared weights": {
        "INPUT: 8x8x4\naux\nrelu": ("SYN116 2:1 aux | the head has no body | indent its lines below it",),
        "INPUT: 8x8x4\nh: aux weight 0.3": (
            "SYN116 2:4 aux weight 0.3 | the head has no body | indent its lines below it",
        ),
        "INPUT: 8x8x4\nh: aux weight -1\n  relu": (
            "SYN111 2:15 -1 | weight is -1, and must be at least 0 | write a value of at least 0",
        ),
        "INPUT: 8x8x4\nh: aux\n  relu\n  k: aux\n    relu": (
            "SYN116 4:6 aux | the head stands inside another head, 'h' | end the first head above it",
        ),
        "INPUT: 8x8x4\nfrom INPUT: relu from INPUT": (
            "SYN107 2:23 INPUT | the line says twice what it reads | keep one 'from'",
        ),
        "INPUT: 8x8x4\nh: aux\n  k: relu\nrelu from h.k": (
            "SYN116 4:11 h.k | 'h.k' stands in the head h, which only trains | "
            "read a line outside of it: in use the network has no heads",
        ),
        "INPUT: 8x8x4\nh: aux\n  k: relu\nshare h.k": (
            "SYN116 4:7 h.k | 'h.k' stands in the head h, which only trains | "
            "read a line outside of it: in use the network has no heads",
        ),
        "INPUT: 8x8x4\nh: aux\n  relu\nrelu\noutput from h": (
            "SYN116 5:13 h | 'h' stands in the head h, which only trains | "
            "read a line outside of it: in use the network has no heads",
        ),
        "INPUT: 8x8x4\nh1..2: aux\n  relu\nrelu": (
            "SYN116 2:1 h1..2 | a head stands once, and a range asks for several | write a line for each head",
        ),
        "INPUT: 8x8x4\nh: aux 3\n  relu": (
            "SYN113 2:8 3 | one value too many: aux takes no such value | name what it is: weight",
        ),
        "INPUT: 8x8x4\nh from INPUT, INPUT: aux\n  relu": (
            "SYN106 2:1 h | 'h' is no kind of layer | "
            "a name reads one layer: 'h from A: conv ...'; a join names several: add from A, B",
        ),
        "INPUT: 8x8x4\nh: aux from INPUT, INPUT\n  relu": (
            "SYN107 2:13 INPUT, INPUT | aux reads one layer, and 'from' names 2 | "
            "join them first: add from A, B or concat from A, B",
        ),
        "INPUT: 8x8x4\nrelu aux\n  relu": (
            "SYN107 2:6 aux | 'aux' cannot follow another layer | give it a line of its own, or part the two with ';'",
        ),
        "INPUT: 8x8x4\noutput relu": (
            "SYN116 2:1 output relu | an output is no layer: it claims nothing and nothing follows it | "
            "say it of the lines it names",
        ),
        "INPUT: 8x8x4\nrelu\noutput => 8x8x4": (
            "SYN116 3:1 output => 8x8x4 | an output is no layer: it claims nothing and nothing follows it | "
            "say it of the lines it names",
        ),
        "INPUT: 8x8x4\n[8x8x4] OUT: output": (
            "SYN116 2:1 [8x8x4] OUT: output | an output is no layer: it claims nothing and nothing follows it | "
            "say it of the lines it names",
        ),
        "INPUT: 8x8x4\nx: output from nothing": (
            "SYN110 2:16 nothing | 'nothing' names no line above | "
            "a line reads what stands above it, by its name before the colon",
        ),
        "INPUT: 8x8x4\noutput 3": ("SYN113 2:8 3 | one value too many: output takes no such value | remove it",),
        "INPUT: 8x8x4\noutput INPUT": (
            "SYN107 2:8 INPUT | 'INPUT' cannot follow another layer | "
            "give it a line of its own, or part the two with ';'",
        ),
        "INPUT: 8x8x4\nshare": ("SYN108 2:1 share | share names no line | write whose weights it has: share CONV1",),
        "INPUT: 8x8x4\nshare nothing": (
            "SYN110 2:7 nothing | 'nothing' names no line above | "
            "a line reads what stands above it, by its name before the colon",
        ),
        "INPUT: 8x8x4\nshare INPUT": (
            "SYN110 2:7 INPUT | 'INPUT' is no whole line, block or group | name one that stands above: share CONV1",
        ),
        "INPUT: 8x8x4\nA: conv 4 1 relu\nshare A.relu": (
            "SYN110 3:7 A.relu | 'A.relu' is no whole line, block or group | name one that stands above: share CONV1",
        ),
        "INPUT: 8x8x4\nshare A\nA: relu": (
            "SYN110 2:7 A | 'A' does not stand above this line | a line reads only what stands above it: move it down",
        ),
        "INPUT: 8x8x4\nA: conv 5 1\nshare A": (
            "SHP116 3:1 share A | A has a weight of 5x4x1x1, and this input asks for 5x5x1x1 | "
            "bring the input to the shape that the first one has",
        ),
        "INPUT: 8x8x4\nA: fc 4\nshare A\nfrom INPUT\nshare A": (
            "SHP116 3:1 share A | A reads a 2-D map, and this input is a vector | "
            "bring the input to the form that the first one has",
        ),
        "INPUT: 8x8x4\nA: conv 4 1\nfc 4\nshare A": (
            "SHP116 4:1 share A | A reads a 2-D map, and this input is a vector | "
            "bring the input to the form that the first one has",
        ),
        "INPUT: 8x8x4\nA: conv 4 5x5\nshare A\nshare A": (
            "SHP116 3:1 share A | A: the window is 5 high, its padded input 4 (4 + 0 + 0) | "
            "use a kernel of at most 4, a pad of 1 more, or an input at least 5 high",
        ),
        "INPUT: 8x8x4\nA: conv 4 1\nB: share A 3": (
            "SYN113 3:12 3 | one value too many: share takes [line] | remove it",
        ),
        "INPUT: 8x8x4\nA: conv 4 1\nB: share A stride 2": (
            "SYN107 3:12 stride | 'stride' means nothing to share | share has no such option",
        ),
        "INPUT: 8x8x4\nA: conv 4 1\nA: share A": (
            "SYN112 3:1 A | 'A' is named twice: on line 2 and here | give each its own name",
        ),
        "INPUT: 8x8x4\nl.0: relu\ntanh\nl.1: relu\nshare l": (
            "SYN110 5:7 l | other lines stand between those of 'l' | share them one by one",
        ),
        "INPUT: 8x8x4\nA: conv 4 1\nshare A from INPUT, INPUT": (
            "SYN107 3:14 INPUT, INPUT | share reads one layer, and 'from' names 2 | "
            "join them first: add from A, B or concat from A, B",
        ),
        "INPUT: 9 tokens\nE: embed 4 vocab 9\nF: share E": (
            "SHP116 3:4 share E | E reads tokens, and this input is a 1-D map | "
            "bring the input to the form that the first one has",
        ),
        "INPUT: 8x8x4\nright: input 8x8x4\nright: input 8x8x4\nrelu": (
            "SYN112 3:1 right | 'right' is named twice: on line 2 and here | give each its own name",
        ),
        "INPUT: 8x8x4\ng:\n  right: input 8x8x3\n  relu": (
            "SYN116 3:3 right: input 8x8x3 | an input stands in a body | "
            "declare it at the top level, and read it with 'from'",
        ),
        "INPUT: 8x8x4\nrelu\nright: input\nrelu": ("SYN108 3:8 input | input has no shape | write input 227x227x3",),
        "INPUT: 8x8x4\nrelu\nright: input 3x3 => 4x4\nrelu": (
            "SYN115 3:21 4x4 | the input is 3x3 and claims 4x4 | an input claims its own shape at most",
        ),
    },
    "tokens": {
        "INPUT: 64 tokens\nconv 8 3": (
            "SHP104 2:1 conv 8 3 | conv reads numbers, and the input is 64 tokens | "
            "embed them first: embed 128 vocab 10000",
        ),
        "INPUT: 64 tokens relu\nembed 8 vocab 9": (
            "SHP104 1:18 relu | relu reads numbers, and the input is 64 tokens | "
            "embed them first: embed 128 vocab 10000",
        ),
        "INPUT: 32x32x3\nembed 8 vocab 9": (
            "SHP104 2:1 embed 8 vocab 9 | embed reads tokens, and the input is 32x32x3 | "
            "declare them: INPUT: 64 tokens",
        ),
        "INPUT: 64 tokens\nembed 8 vocab 9\nembed 8 vocab 9": (
            "SHP104 3:1 embed 8 vocab 9 | embed reads tokens, and the input is 64x8 | declare them: INPUT: 64 tokens",
        ),
        "INPUT: 64 tokens\nembed 8": ("SYN108 2:1 embed 8 | embed has no vocab | write embed [dim] vocab N",),
        "INPUT: 64 tokens\nembed vocab 9": ("SYN108 2:1 embed vocab 9 | embed has no dim | write embed [dim] vocab N",),
        "INPUT: 64 tokens\nembed 8 9": (
            "SYN113 2:9 9 | one value too many: embed takes [dim] | name what it is: vocab",
        ),
        "INPUT: 64 tokens\nembed 8 vocab_size 9": (
            "SYN107 2:9 vocab_size | 'vocab_size' means nothing to embed | write 'vocab'",
        ),
        "INPUT: 64 tokens\nembed 8 vocabulary 9": (
            "SYN107 2:9 vocabulary | 'vocabulary' means nothing to embed | write 'vocab'",
        ),
        "INPUT: 64 tokens\nembed C vocab 9": (
            "SYN110 2:7 C | 'C' is not defined here | "
            "C is a size of the tensor that comes in to a layer; here nothing has one",
        ),
        "INPUT: 64x8 tokens\nembed 8 vocab 9": (
            "SYN107 1:13 tokens | 'tokens' means nothing to input | an input is a sequence of them: INPUT: 64 tokens",
        ),
        "INPUT: 1 token\nembed 8 vocab 9": (
            "SYN107 1:10 token | 'token' means nothing to input | an input is a sequence of them: INPUT: 64 tokens",
        ),
        "INPUT: 0 tokens\nembed 8 vocab 9": (
            "SYN111 1:8 0 | an extent is 0, and must be at least 1 | write a value of at least 1",
        ),
        "INPUT: 64 tokens => 65 tokens\nembed 8 vocab 9": (
            "SYN115 1:21 65 tokens | the input is 64 tokens and claims 65 tokens | "
            "an input claims its own shape at most",
        ),
        "INPUT: 64 tokens => 64\nembed 8 vocab 9": (
            "SYN115 1:21 64 | the input is 64 tokens and claims 64 | an input claims its own shape at most",
        ),
    },
    "new kinds' values": {
        "INPUT: 8x8x4\nconv 8 3x3 pad Copy": (
            "SYN108 2:16 Copy | no cells stand before 'Copy' | a fill follows its pad: 1 copy",
        ),
        "INPUT: 8x8x4\nconv 8 3x3 pad 1 replicate": (
            "SYN107 2:18 replicate | 'replicate' means nothing to conv | this fill is called 'copy': pad 1 copy",
        ),
        "INPUT: 8x8x4\nconv 8 3x3 pad 1 mirror": (
            "SYN107 2:18 mirror | 'mirror' means nothing to conv | this fill is called 'reflect': pad 1 reflect",
        ),
        "INPUT: 8x8x4\nmaxpool 3x3 pad 1 wrap": (
            "SYN107 2:19 wrap | 'wrap' means nothing to maxpool | this fill is called 'circular': pad 1 circular",
        ),
        "INPUT: 8x8x4\ndeconv 8 3x3 stride 2 output_padding 1": (
            "SYN107 2:23 output_padding | 'output_padding' means nothing to deconv | write 'outpad'",
        ),
        "INPUT: 8x8x4\nupsample 1/2": (
            "SYN111 2:10 1/2 | factor is 1/2 = 0.5, and must be whole | use floor(...), ceil(...) or //",
        ),
        "axes CxHxW\nINPUT: 100\ndeconv 8 4x4": (
            "SHP104 3:1 deconv 8 4x4 | deconv needs a map, and the input is a vector of 100 | "
            "put it before fc or flatten, give the input its extents (28x28x1), or reshape it: reshape 100x1x1",
        ),
        "INPUT: 8x8x4\ntransposed conv 8 3x3": (
            "SYN106 2:1 transposed | 'transposed' is no kind of layer | here it is called 'deconv'",
        ),
        "INPUT: 8x8x4\nPAD1: 2": (
            "SYN106 2:1 PAD1 | 'PAD1' begins with no kind of layer | here it is called 'zeropad': 'PAD1: zeropad ...'",
        ),
        "INPUT: 8x8x4\nlrelu 0.2": ("SYN106 2:1 lrelu | 'lrelu' is no kind of layer | here it is called 'leaky'",),
        "INPUT: 8x8x64\nslice 2": (
            "SYN111 2:7 2 | channels is a start and an end joined by ':' | write 0:58; the end is not included",
        ),
        "INPUT: 8x8x64\nslice 0x2": (
            "SYN111 2:7 0x2 | channels is a start and an end joined by ':' | write 0:58; the end is not included",
        ),
        "INPUT: 8x8x64\nslice 1:2:3": (
            "SYN107 2:10 : | more than two ends are joined by ':' | "
            "write start:end, for a pad on each axis: pad 0:1x2:3",
        ),
        "INPUT: 8x8x64\nslice": ("SYN108 2:1 slice | slice has no channels | write slice [A:B]",),
        "INPUT: 8x8x64\nslice -1:2": (
            "SYN111 2:7 -1 | channels is -1, and must be at least 0 | write a value of at least 0",
        ),
        "INPUT: 8x8x64\nslice 0:65": (
            "SHP114 2:7 0:65 | the slice ends before channel 65, and the input has 64 channels | end it at 64 at most",
        ),
        "INPUT: 8x8x64\nslice 8:8": (
            "SHP114 2:7 8:8 | the slice begins at channel 8 and ends before 8: it holds none | "
            "write 8:9, the end above the start",
        ),
        "INPUT: 8x8x64\nreshape": ("SYN108 2:1 reshape | reshape has no shape | write reshape 227x227x3",),
        "INPUT: 8x8x64\nreshape ?x3": (
            "SYN111 2:9 ?x3 | every extent of the shape must be known: '?' cannot stand in it | write the number",
        ),
        "INPUT: 8x8x64\nreshape 64x65": (
            "SHP113 2:9 64x65 | the shape asked for holds 4,160 numbers, the input 4,096 | "
            "write a shape whose extents and channels multiply to 4096",
        ),
        "INPUT: 8x8x64\ngn": ("SYN108 2:1 gn | gn has no groups | write gn [groups]",),
        "INPUT: 8x8x64\ngn 6": (
            "SHP102 2:4 6 | 6 groups do not divide the 64 channels | use a number of groups that divides 64",
        ),
        "INPUT: 64\ngn 64": (
            "SHP112 2:4 64 | a group holds 1 number, and a mean and a variance need at least 2 | "
            "use fewer groups, or normalize a larger map",
        ),
        "INPUT: 8x8x64\ngap\ninstancenorm": (
            "SHP112 3:1 instancenorm | a channel's map holds 1 number, and a mean and a variance need at least 2 | "
            "normalize a larger map, or use ln",
        ),
        "INPUT: 64\nshuffle 2": (
            "SHP104 2:1 shuffle 2 | shuffle needs a map, and the input is a vector of 64 | "
            "put it before fc or flatten, give the input its extents (28x28x1), or reshape it: reshape 1x1x64",
        ),
        "INPUT: 8x8x64\nconv 8 3x3 droppath": ("SYN108 2:12 droppath | droppath has no p | write droppath [p]",),
        "INPUT: 8x8x64\ndroppath 2": ("SYN111 2:10 2 | p is 2, and must be at most 1 | write a value of at most 1",),
        "INPUT: 8x8x64\nscale 1e309": (
            "SYN111 2:7 1e309 | number is beyond 1.8e308, the largest number that PyTorch holds | "
            "write a smaller number",
        ),
        "INPUT: 8x8x64\nleaky (-10**400 - 1/2)": (
            "SYN111 2:7 (-10**400 - 1/2) | slope is beyond 1.8e308, the largest number that PyTorch holds | "
            "write a smaller number",
        ),
        "INPUT: 8x8x64\nprelu 0.1": ("SYN113 2:7 0.1 | one value too many: prelu takes no such value | remove it",),
        "INPUT: 8x8x64\nconv 8 3x3 channelwise": (
            "SYN107 2:12 channelwise | 'channelwise' means nothing to conv | conv has no such option",
        ),
        "channelwise = 3\nINPUT: 8x8x64\nprelu": (
            "SYN114 1:1 channelwise | 'channelwise' is a word of the language and cannot name a constant | "
            "choose another name",
        ),
        "INPUT: 8x8x64\nfc 10 rbf 3": (
            "SYN107 2:7 rbf | 'rbf' cannot follow another layer | give it a line of its own, or part the two with ';'",
        ),
        "INPUT: 8x8x64\nlayernorm": (
            "SYN106 2:1 layernorm | 'layernorm' is no kind of layer | here it is called 'ln'",
        ),
        "INPUT: 8x8x64\nconv 8 3x3 groupnorm 4": (
            "SYN107 2:12 groupnorm | 'groupnorm' means nothing to conv | here it is called 'gn'",
        ),
    },
}
CASES = [
    pytest.param(spec, told, id=f"{family}-{i}")
    for family, specs in BAD.items()
    for i, (spec, told) in enumerate(specs.items())
]


def findings(spec, **options):
    """What is said of a spec, as the rows of `BAD` say it."""
    network = analyse(spec, "bad", "bad.spec", **options)
    return tuple(row(network.source.rows, finding) for finding in network.findings)


def row(rows, finding):
    span = finding.span
    assert span.line == span.end_line
    word = rows[span.line - 1][span.column - 1 : span.end_column - 1]
    return f"{finding.code.code} {span.line}:{span.column} {word} | {finding.message} | {finding.hint}"


@pytest.mark.parametrize(("spec", "told"), CASES)
def test_it_is_told_where_and_what_to_do(spec, told):
    assert findings(spec) == told


@pytest.mark.parametrize(("spec", "told"), CASES)
def test_no_network_is_whole_behind_an_error(spec, told):
    network = analyse(spec, "bad", "bad.spec")
    assert not network.complete
    with pytest.raises(SpecError) as error:
        loads(spec)
    assert told[0].split()[0] in str(error.value)


def test_there_are_many_ways():
    assert len(CASES) >= 200


def test_every_finding_says_what_to_do():
    for _, told in [case.values for case in CASES]:
        for text in told:
            assert text.rpartition("| ")[2], text


# Every message is read by a test


def raised():
    """(file, name of the fault) for every place of the language's own modules that may tell one."""
    for path in [PACKAGE / "source.py", *sorted(PACKAGE.glob("syntax/*.py")), *sorted(PACKAGE.glob("network/*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
            if named and node.func.id in ("Mistake", "Diagnostic") and isinstance(node.args[0], ast.Name):
                yield path.name, node.args[0].id


def test_every_code_that_is_raised_is_in_the_table():
    told = {text.split()[0] for case in CASES for text in case.values[1]}
    told |= {text.split()[0] for text in LIMITED.values()} | {"SYN101"}
    for file, name in raised():
        fault = getattr(faults, name, None)
        assert fault is None or fault.code in told, f"{file}: {name}"


def fixed(node):
    """The fixed parts of a text, whatever chooses between them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from node.value.split("\n")
    for field in ("values", "elts"):
        for inner in getattr(node, field, ()):
            yield from fixed(inner)
    for field in ("body", "orelse", "left", "right"):
        inner = getattr(node, field, None)
        if isinstance(inner, ast.expr):
            yield from fixed(inner)


def fixed_parts(path):
    """The fixed parts, longer than a word or two, of every message that a file can tell."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named = isinstance(node, ast.Assign) and {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & TEXTS
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Mistake", "Fault"):
            yield from (text for argument in node.args for text in fixed(argument) if len(text) > 8)
        elif named:
            yield from (text for text in fixed(node.value) if len(text) > 8)


TEXTS = {"text", "what", "hint", "message", "close"}


def test_every_message_is_in_the_table():
    read = "\n".join([*(text for case in CASES for text in case.values[1]), *LIMITED.values()])
    elsewhere = {"the expression is cut short", "add what is missing"}
    elsewhere |= {"its claims are not held under --set or --input: write them with constants, or write the number"}
    elsewhere |= {" is an answer"}
    elsewhere |= {"the numbers of the layers have more than ", " digits in all", "the file makes more than "}
    unread = [
        f"{path.name}: {text}"
        for path in (*PACKAGE.glob("syntax/*.py"), *PACKAGE.glob("network/*.py"))
        if path.name != "numbers.py"  # not of specs: tests/test_convolve_input.py reads its messages
        for text in fixed_parts(path)
        if text.strip() not in read and text not in elsewhere
    ]
    assert unread == []


def test_what_is_set_is_read_as_an_expression():
    with pytest.raises(ValueError, match=r"^k=\(3: the expression is cut short$"):
        loads(f"k = 8\n{INPUT}conv k 3", set={"k": "(3"})
    with pytest.raises(ValueError, match=r"^no constant 'kk' to set; did you mean 'k'\?$"):
        loads(f"k = 8\n{INPUT}conv k 3", set={"kk": 3})


def test_the_test_of_messages_can_fail(tmp_path):
    path = tmp_path / "new.py"
    path.write_text('raise Mistake(X, f"{n} is a message that no test reads", 0, 1)')
    assert list(fixed_parts(path)) == [" is a message that no test reads"]


# Several errors in one file


def test_one_run_tells_every_error_and_nothing_that_follows_from_one():
    spec = """\
after conv: relo
k = 1/0
INPUT: 32x32x3
CONV1: k 3x3 pad 1 => 32x32x16
CONV2: 16 3x3 strid 2 => 16x16x16
POOL1: 3x3 pad 2 => 8x8x16
KONV3: 16 3x3 => 8x8x16
CONV4: 8 9x9
FC5: 10 => 138M
expect parms = 3
expect params(FC5) = 3"""
    assert [text.split(" | ")[0] for text in findings(spec)] == [
        "SYN107 1:13 relo",
        "SYN109 2:6 /",
        "SYN107 5:15 strid",
        "SHP103 6:12 pad 2",
        "SYN106 7:1 KONV3",
        "SYN115 9:12 138M",
        "SYN115 10:8 parms",
    ]


def test_rows_after_an_error_are_unknown():
    network = analyse(INPUT + "A: conv 8 3x3\nB: conv 8 3x3 strid 2\nC: conv 8 3x3 relu\nD..E: relu", "bad", "bad.spec")
    assert [node.name for node in network] == ["A"]
    assert [(u.name, u.kind, u.line) for u in network.unknown][:3] == [
        ("B", "conv", 3),
        ("C", "conv", 4),
        ("C.relu", "relu", 4),
    ]


@pytest.mark.parametrize("claim", ["=> 30x30x8", "=> 30x30x8, 9 params", "=> 8@30x30"])
def test_errors_below_a_broken_line_are_found_from_its_claim(claim):
    told = findings(f"{INPUT}conv 8 3x3 strid 2 {claim}\nconv 8 31x31")
    assert [text.split(" |")[0] for text in told] == ["SYN107 2:12 strid", "SHP101 3:8 31x31"]


def test_a_claim_without_channels_is_of_one_channel():
    told = findings(f"{INPUT}conv 1 3x3 strid 2 => 30x30\nconv 8 3x3 groups 2\nconv 8 3x3")
    assert [text.split(" |")[0] for text in told] == ["SYN107 2:12 strid", "SHP102 3:12 groups 2"]


def test_without_a_claim_nothing_is_guessed_below_a_broken_line():
    assert len(findings(f"{INPUT}conv 8 3x3 strid 2\nconv 8 31x31")) == 1


def test_a_claim_further_down_is_taken_up():
    told = findings(f"{INPUT}conv 8 3x3 strid 2\n[15x15x8] conv 8 3x3\nconv 8 31x31")
    assert [text.split(" |")[0] for text in told] == ["SYN107 2:12 strid", "SHP101 4:8 31x31"]


@pytest.mark.parametrize(
    ("broken", "doubted", "sure"),
    [
        ("after conv: relo", "conv", "maxpool"),
        ("rounding up", "maxpool", "conv"),
    ],
)
def test_what_a_broken_directive_would_change_is_unknown(broken, doubted, sure):
    lines = {"conv": "conv 8 3x3", "maxpool": "maxpool 2"}
    network = analyse(f"{broken}\n{INPUT}{lines[sure]}\n{lines[doubted]}", "bad", "bad.spec")
    assert [node.kind for node in network] == [sure]
    assert [row.kind for row in network.unknown] == [doubted]


def test_a_broken_expectation_or_recipe_leaves_every_row_known():
    network = analyse(f"{INPUT}expect parms = 3\ntrain batch 3\nconv 8 3x3", "bad", "bad.spec")
    assert [node.name for node in network] == ["conv1"]
    assert network.unknown == ()


def test_a_constant_that_does_not_read_is_told_once_and_may_be_set():
    spec = f"k = 1/0\n{INPUT}conv k 3x3\nconv k 3x3"
    assert [text.split(" |")[0] for text in findings(spec)] == ["SYN109 1:6 /"]
    assert [node.output.channels for node in analyse(spec, "bad", "bad.spec", set={"k": 8})] == [8, 8]


# Limits

LIMITED = {
    INPUT + "\n" * 20: "SYN103 11:1  | the file has 22 lines, the limit is 10 | --limit lines=N raises it",
    INPUT + "conv 8 3x3" + " " * 200: "SYN103 2:101   | the line has 210 characters, the limit is 100 | "
    "--limit columns=N raises it; a line may go on after '\\'",
    INPUT + "fc 123456789012": "SYN103 2:4 123456789012 | the number has more than 11 digits | "
    "--limit digits=N raises it",
    INPUT + "conv 3 3 => 123456789012 params": "SYN103 2:13 123456789012 | the number has more than 11 digits | "
    "--limit digits=N raises it",
    INPUT + "conv 10**6*10**9 3": "SYN103 2:11 * | the result has more than 11 digits | --limit digits=N raises it",
    INPUT + "conv 9**99 3": "SYN103 2:7 ** | the result has more than 11 digits | --limit digits=N raises it",
    INPUT
    + "fc 9**10": "SYN103 2:1 fc 9**10 | the layer's numbers have more than 11 digits | --limit digits=N raises it",
    INPUT
    + "CONV1..99: 8 1": "SYN103 2:1 CONV1..99 | this makes 99 layers, the limit is 8 | --limit layers=N raises it",
    INPUT + "repeat 9\n  relu": "SYN103 2:8 9 | this makes 9 layers, the limit is 8 | --limit layers=N raises it",
    INPUT
    + "relu; relu; relu relu relu relu relu relu relu; relu": "SYN103 2:49 relu | the spec makes more than 8 layers | "
    "--limit layers=N raises it",
    f"{INPUT}g:\n  {'b' * 39}: relu": f"SYN103 3:3 {'b' * 39} | the name has 41 characters with those of its groups, "
    "the limit is 40 | --limit names=N raises it",
    INPUT
    + "g:\n  relu; relu; relu; relu; relu\nexpect params(g) = 0\n"
    + "\n".join(f"expect params(g, g.relu{i}) = 0" for i in range(1, 6)): "SYN103 9:1 expect params(g, g.relu5) = 0 | "
    "the expectations up to this one speak of more than 40 layers | --limit layers=N raises it",
    "\n".join(
        " " * i + f"g{i}:" for i in range(5)
    ): "SYN103 4:4 g | bodies nest deeper than 2 | --limit nesting=N raises it",
}


@pytest.mark.parametrize(("spec", "told"), LIMITED.items(), ids=range(len(LIMITED)))
def test_limits_are_told_and_how_to_raise_them(spec, told):
    limits = Limits(columns=100, lines=10, layers=8, nesting=2, digits=11, names=40)
    assert findings(spec, limits=limits)[0] == told
    assert not any(text.startswith("SYN103") for text in findings(spec))


HUGE = {
    "100 kB on a line": INPUT + "conv 8 3x3 " + "x" * 100_000,
    "5000 parentheses": INPUT + "conv " + "(" * 5000 + "8" + ")" * 5000 + " 3x3",
    "5000 open parentheses": INPUT + "conv " + "(" * 5000,
    "5000 bodies": "\n".join(" " * i + f"g{i}:" for i in range(5000)),
    "5000 branches": INPUT + "\n".join(" " * i + "- relu" for i in range(5000)),
    "10000 signs": INPUT + "conv " + "-" * 9998 + "8 3x3",
    "repeat 10**9": INPUT + "repeat 10**9\n  relu",
    "repeat 10**9 of nothing": INPUT + "repeat 50000\n  repeat 50000\n    c = 1",
    "a long range": INPUT + "CONV1..999999999: 8 1",
    "a long computed range": INPUT + "CONV1..(10**30): 8 1",
    "10**9**9": INPUT + "conv 10**9**9 3",
    "19000 digits": INPUT + "conv " + "9" * 19_000 + " 3",
    "digit groups that end wrongly": INPUT + "conv 1" + ",111" * 4500 + ",11 3",
    "digit groups in a claim": INPUT + "relu => 1" + ",111" * 4500 + ",11 params",
    "a word of 19999 letters": "a" * 19_999,
    "a name and spaces": "a" + " " * 19_000 + "b",
    "asterisks": "* " * 9_999,
    "slide words": "max " * 4_900 + "POOL: 3",
    "remarks in remarks": INPUT + "relu " + "(a" * 6000 + ")" * 6000,
    "remarks": INPUT + "relu " + "(a b)" * 3900,
    "noise": INPUT + "relu " + "filters " * 2400,
    "commas": INPUT + "relu" + "," * 19_000,
    "numbers without units": INPUT + "relu => " + "1 " * 9000,
    "9000 axes": INPUT + "conv 8 " + "3x" * 9000 + "3",
    "9000 open axes": INPUT + "relu => " + "?x" * 9000 + "?",
    "a call of 6000": INPUT + "conv max(" + ",".join("1" * 6000) + ") 3",
    "4000 comparisons": "k = 1" + " < 1" * 4000,
    "19000 ligatures": INPUT + "relu (" + "\ufb01" * 19_000 + ")",
    "19000 illegal characters": INPUT + "relu " + "".join(chr(0x430 + i % 30) for i in range(19_000)),
    "20000 semicolons": INPUT + ";" * 19_999,
    "20000 continuations": INPUT + "\\\n" * 20_000,
    "a layer on 20000 lines": INPUT + "conv 8 1 \\\n" * 20_000,
    "3900 postfixes": INPUT + "relu" + " relu" * 3900,
    "20000 constants": INPUT + "\n".join(f"k{i} = {i}" for i in range(20_000)) + "\nconv kk 3",
    "5000 misspelt lines": INPUT + "\n".join(f"conv kk{i} 3" for i in range(5000)),
    "5000 nested joins": INPUT + "\n".join(" " * i + "- " * (i > 0) + "add" for i in range(0, 5000, 2)),
    "20000 branches": INPUT + "add\n" + "  - relu\n" * 20_000,
    "20000 calls": INPUT + "block b\n  relu\n" + "b\n" * 20_000,
    "calls that double": INPUT
    + "\n".join(f"block b{i}\n  b{i + 1}\n  b{i + 1}" for i in range(60))
    + "\nblock b60\n  c = 1\nb0",
    "20000 shares": INPUT + "A: relu\n" + "share A\n" * 20_000,
    "5000 shares among 5000 groups": INPUT + "g1..5000:\n  relu\n" + "share g5000\n" * 5000,
    "a range of 10**9 references": INPUT + "A0: relu\nadd from A0..999999999",
    "5000 names that nothing bears": INPUT + "A1..5000: relu\n" + "\n".join(f"relu from B{i}" for i in range(5000)),
    "3000 expectations of joins": INPUT
    + "J: add\n"
    + "  - relu\n" * 3000
    + "\n".join(f"expect params(J, relu{i}) = 0" for i in range(1, 3000)),
    "500 elses": INPUT + "if 1\n  relu\nelse\n  bn\n" * 5000,
    "a line of 19000 words from": INPUT + "relu " + "from A " * 2500,
    "a block of 9000 parameters": "block b(" + ",".join(f"p{i}" for i in range(3000)) + ")\n  relu\n" + INPUT + "b",
    "2000 misspelt expectations": INPUT
    + "C1..2000: relu\n"
    + "\n".join(f"expect params(X{i}) = 1" for i in range(2000)),
}


@pytest.mark.parametrize("spec", HUGE.values(), ids=HUGE)
def test_any_size_is_answered(spec):
    with ending():
        analyse(spec, "huge", "huge.spec")


# Anything at all

GRAPH = """\
k = 4
left: input 8x8x4
right: input 8x8x4
block basic(c, s=1, act=relu, skip=left)
  add act
    - conv c 3x3 stride s pad 1 nobias bn act
      if s > 1
        conv c 1x1
      else
        identity
    - shortcut
  concat from skip, add1
layer1.0..1: basic k
from layer1.0
J: concat relu => 8x8x(2*k)
  - conv k 1x1; relu
  - from layer1.0.conv1; conv k 1x1 bn
aux1 from J: aux weight 0.3
  gap; fc 10
tower: repeat 2
  conv 8 3x3 pad 1
K: share tower
SE: scale
  - identity
  - gap; fc C sigmoid
OUT: output from SE, K
expect params(train) >= 100
"""
GOOD = """\
# AlexNet
# source: CS231n
k = 96
after conv: relu
[227x227x3] INPUT
[55x55x96] CONV1: k 11x11 filters at stride 4, pad 0
[27x27x96] MAX POOL1: 3x3 filters at stride 2
CONV2..3: 256 5x5 pad 2 => [27x27x256]; NORM2: Normalization layer
tower: repeat 2
  conv 8*(i + 1) 3x3 pad 1:0x0:1 nobias bn
pool avg 2x2 stride=2 ceil (a remark)
FC8: 1,000 neurons dropout 0.5 => 1000, 105.4M macs
expect params(CONV1) = 34,944
train: batch 128, lr 1e-2
"""
WORDS = (
    "conv maxpool relu INPUT CONV1 CONV2..4 POOL1: FC: repeat if else block from add concat after conv: axes CxHxW "
    "rounding ceil exact expect params macs rf memory train: nobias plain depthwise groups stride pad same copy F= K=3 "
    "k i C W x 3x3 3x 227x227x3 96 4,096 0.5 1e-4 1e9 ? => [ ] ( ) : ; , .. * ** / // % + - = == <= @ 6@28x28 # \\ "
    "and not max( pick( 138M 4GiB [55x55x96] _ . \t \n \n \n\x20\x20 \u00d7 \u00a0 \ufb01 \u0445 \u2013 \x00 "
    "\x1b[31m \u202e "
    "- share aux output shortcut from scale identity basic( act=relu \n\x20\x20-\x20 \n\x20\x20\x20\x20 J K tower"
).split(" ")
SOUP = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
often = settings(max_examples=300, suppress_health_check=list(HealthCheck))


def answered(spec):
    """The network of any text; whatever is told of it can be printed, and stands inside the file."""
    network = analyse(spec, "any", "any.spec")
    for finding in network.findings:
        assert (finding.message + finding.hint).isprintable()
        assert 1 <= finding.span.line <= len(network.source.rows) or finding.code is faults.UNREADABLE
        assert finding.span.column >= 1
    assert network.complete == (not network.findings)
    assert not (network.complete and network.unknown)
    return network


@often
@given(st.text(max_size=200))
def test_any_text_is_answered(text):
    answered(text)


@often
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(data):
    answered(data)


@often
@given(SOUP)
def test_any_words_are_answered(text):
    answered(INPUT + text)


@often
@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.sampled_from(WORDS))
def test_a_good_spec_with_a_slip_is_answered(at, length, word):
    answered(GOOD[:at] + word + GOOD[at + length :])


@often
@given(st.integers(0, len(GRAPH)), st.integers(0, 12), st.sampled_from(WORDS))
def test_a_good_graph_with_a_slip_is_answered(at, length, word):
    answered(GRAPH[:at] + word + GRAPH[at + length :])


@often
@given(st.permutations(GRAPH.splitlines()[3:]), st.integers(0, 20))
def test_the_lines_of_a_graph_in_any_order_are_answered(lines, count):
    answered("\n".join(GRAPH.splitlines()[:3] + lines[:count]))


@often
@given(st.integers(0, len(GOOD)), st.characters())
def test_a_good_spec_with_any_character_is_answered(at, char):
    answered(GOOD[:at] + char + GOOD[at:])


def test_the_good_spec_is_good():
    assert not answered(GOOD).findings
    assert not answered(GRAPH).findings


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b"INPUT: 8x8x3\nrel\xfc", (2, 4), "byte 0xfc is not UTF-8; save the file as UTF-8"),
        ("INPUT: 8x8x3".encode("utf-16"), (1, 1), "byte 0xff is not UTF-8; it looks like UTF-16"),
        ("INPUT: 8x8x3".encode("utf-16-be"), None, ""),
    ],
)
def test_bytes_that_are_no_text_are_named(data, place, message):
    told = analyse(data, "bad", "bad.spec").findings[0]
    if place:
        assert (told.code.code, told.span[:2], told.message) == ("SYN101", place, message)
    else:
        assert told.message == "U+0000 is a control character"


def test_nothing_of_a_spec_is_executed(tmp_path):
    target = tmp_path / "made"
    for text in (
        f'k = __import__("os").mkdir("{target}")',
        f"conv {{open('{target}', 'w')}} 3",
        f"# cnncalc: {target}",
    ):
        answered(INPUT + text)
    assert not target.exists()


def test_a_jump_without_end_meets_the_limit_of_digits():
    text = "INPUT: 7x7x3\nrepeat 20000\n  maxpool 3x3 stride 2 pad 1"
    net = analyse(text, "deep", "deep.spec")
    assert net.findings[0].code.code == "SYN103"
    assert net.findings[0].message == "the layer's numbers have more than 1,000 digits"
    assert len(net.findings) == 1
    net.to_dict()


def test_long_numbers_in_many_layers_meet_a_limit_of_their_own():
    [finding] = analyse("INPUT: 1x1x(10**900)\nrepeat 90000\n  relu", "long", "long.spec").findings
    assert (finding.code, finding.span.line) == ("SYN103", 3)
    assert finding.message == "the numbers of the layers have more than 2,000,000 digits in all"
    assert finding.hint == "--limit layers=N raises it"
    assert analyse("INPUT: 1x1x(10**900)\nrepeat 2000\n  relu", "long", "long.spec").complete


@pytest.mark.parametrize("body", ["repeat {}\n  relu", "relu1..{}: relu", "{}"])
def test_the_limit_of_layers_is_the_number_it_names(body):
    for count, allowed in ((10, True), (11, False)):
        text = body.format(count) if body != "{}" else "\n".join(["relu"] * count)
        net = analyse(f"INPUT: 2x2x1\n{text}", "many", "many.spec", limits=Limits(layers=10))
        assert net.complete is allowed, text
        assert allowed or [f.code.code for f in net.findings] == ["SYN103"]


def test_shares_that_double_meet_the_limit_of_layers():
    groups = "\n".join(f"g{i}:\n  share g{i - 1}\n  share g{i - 1}" for i in range(1, 60))
    net = analyse(f"INPUT: 2x2x1\ng0:\n  relu\n{groups}", "many", "many.spec", limits=Limits(layers=1000))
    messages = {f.message for f in net.findings}
    assert messages >= {"the file makes more than 1,000 bodies"}
    assert {f.code.code for f in net.findings} == {"SYN103"}
    assert len(net.nodes) <= 1000
    groups = "\n".join(f"A{i}: add\n  - share A{i - 1}\n  - share A{i - 1}" for i in range(1, 60))
    net = analyse(f"INPUT: 2x2x1\nA0: relu\n{groups}", "many", "many.spec", limits=Limits(layers=1000))
    assert net.findings[0].message == "this makes 255 layers and 757 stand above, the limit is 1,000"


def test_as_many_layers_as_the_usual_limit():
    assert len(analyse("INPUT: 1x1x1\nrepeat 99999\n  relu", "many", "many.spec").nodes) == 99_999
