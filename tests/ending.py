"""A limit for what might never end. How fast things are is measured in benchmarks/, never held by a test."""

import signal
from contextlib import contextmanager

SECONDS = 20
"""Of the processor: many times what the slowest input of the tests takes."""


class Endless(BaseException):
    """What ran took so long that it is taken never to end; no Exception, of which a command would make a line."""


def stop(number, frame):
    """The handler of the timer."""
    raise Endless


@contextmanager
def ending(seconds: float = SECONDS):
    """Raise `Endless` within what takes more of the processor than a limit."""
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
