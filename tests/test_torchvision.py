"""Torchvision's published figures: params exactly, and its operations (GMACs at the crop of its weights) as printed.

The figures are the metadata of torchvision 0.29.2: `num_params`, and `_ops` to three decimals.
"""

from fractions import Fraction

import pytest

import cnncalc

TABLE = """\
alexnet-torchvision                      61,100,840 0.714
convnext_tiny                            28,589,128 4.456
densenet121                               7,978,856 2.834
densenet161                              28,681,000 7.728
densenet169                              14,149,480 3.36
densenet201                              20,013,928 4.291
efficientnet b=0                          5,288,548 0.386
efficientnet b=1                          7,794,184 0.687
efficientnet b=2                          9,109,994 1.088
efficientnet b=3                         12,233,232 1.827
efficientnet b=4                         19,341,616 4.394
efficientnet b=5                         30,389,784 10.266
efficientnet b=6                         43,040,704 19.068
efficientnet b=7                         66,347,960 37.746
efficientnet_v2_s                        21,458,488 8.366
googlenet-torchvision                     6,624,904 1.498
mnasnet1_0 alpha=0.5                      2,218,512 0.104
mnasnet1_0 alpha=0.75                     3,170,208 0.215
mnasnet1_0                                4,383,312 0.314
mnasnet1_0 alpha=1.3                      6,282,256 0.526
mobilenet_v2                              3,504,872 0.301
mobilenet_v3_large                        5,483,032 0.217
mobilenet_v3_small                        2,542,856 0.057
regnet_y_400mf                            4,344,144 0.402
resnet18                                 11,689,512 1.814
resnet34                                 21,797,672 3.664
resnet50                                 25,557,032 4.089
resnet101                                44,549,160 7.801
resnet152                                60,192,808 11.514
resnext50_32x4d                          25,028,904 4.23
wide_resnet50_2                          68,883,240 11.398
shufflenet_v2_x1_0                        2,278,604 0.145
squeezenet1_0                             1,248,424 0.819
squeezenet1_1                             1,235,496 0.349
vgg11                                   132,863,336 7.609
vgg11-bn                                132,868,840 7.609
vgg13                                   133,047,848 11.308
vgg13-bn                                133,053,736 11.308
vgg16                                   138,357,544 15.47
vgg16-bn                                138,365,992 15.47
vgg19                                   143,667,240 19.632
vgg19-bn                                143,678,248 19.632
"""
ROWS = [line.rsplit(maxsplit=2) for line in TABLE.splitlines()]


@pytest.mark.parametrize(("spec", "params", "ops"), ROWS, ids=[row[0] for row in ROWS])
def test_the_published_figures_hold(spec, params, ops):
    name, *constants = spec.split()
    network = cnncalc.load(name, set=dict(constant.split("=") for constant in constants))
    assert network.params == int(params.replace(",", ""))
    assert network.macs - int(Fraction(ops) * 10**9) in range(-500_000, 500_001)


def test_inception_v3_counts_its_head_among_the_params():
    network = cnncalc.load("inception_v3")
    assert sum(node.params for node in network) == 27_161_264
    assert network.params == 23_834_568
    assert round(network.macs / 10**9, 3) == 5.713


def test_every_row_is_another_network():
    assert len({row[0] for row in ROWS}) == len(ROWS) == 42
