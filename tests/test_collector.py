"""The cyclic collector is held back for a while, and is afterwards what it was."""

import gc

import pytest

from cnncalc.collector import Paused


@pytest.fixture(params=[True, False])
def on(request):
    """The collector on or off, and as it was behind the test."""
    was = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if was else gc.disable)()


def test_the_collector_waits_and_comes_back(on):
    with Paused():
        assert not gc.isenabled()
    assert gc.isenabled() is on


def test_it_comes_back_behind_an_error_too(on):
    with pytest.raises(KeyError), Paused():
        raise KeyError
    assert gc.isenabled() is on
