"""The command line: `main` is the entry point, `run` the same within a process; one module a command."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from io import TextIOWrapper

INTERRUPTED = 130
"""128 and the number of the signal, as shells have it."""


def main() -> None:
    """The entry point: `run` without the cyclic collector.

    Little of what a command makes is garbage before it ends; frozen, the rest is not searched for cycles at exit
    either, which took a tenth of the time of `cnncalc lint`.
    """
    gc.disable()
    try:
        run()
    finally:
        gc.freeze()


def run() -> None:
    """Run the command line; whatever goes wrong ends in one line on stderr and exit status 1 or 2, Ctrl-C in 130."""
    try:
        prepare()
        status = flushed(command())
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


def prepare() -> None:
    """Streams that take any text, and no closed one: else the next file opened would pass for it.

    In place of a closed stdin stands one that cannot be read, of a closed stdout one that cannot be written.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_WRONLY))
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def command() -> int:
    """The command of the command line; its exit status."""
    from cnncalc.cli.app import app
    from cnncalc.cli.common import Failure

    if "_CNNCALC_COMPLETE" in os.environ:
        from cnncalc.cli.complete import join

        join(os.environ)
    try:
        app()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    except Failure as failure:
        return complain(f"cnncalc: {failure}")
    except BrokenPipeError:
        silence()
    except RecursionError:
        return complain("cnncalc: the input nests too deeply")
    except MemoryError:
        return complain("cnncalc: the memory does not suffice for this input")
    except OSError as error:
        return complain(f"cnncalc: {error.filename or 'output'}: {error.strerror or error}")
    except Exception as error:
        if os.environ.get("CNNCALC_DEBUG"):
            raise
        return complain(f"cnncalc: internal failure: {type(error).__name__}: {error} (CNNCALC_DEBUG=1 shows where)")
    return 0


def complain(text: str) -> int:
    """One line on stderr, where it can be written; the exit status of wrong use and failures."""
    with suppress(OSError):
        print("".join(c if c.isprintable() else repr(c)[1:-1] for c in text), file=sys.stderr)
    return 2


def flushed(status: int) -> int:
    """The status, or 2 where the output could not be written to its end."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
    except OSError as error:
        silence()
        return complain(f"cnncalc: output: {error.strerror}")
    return status


def silence() -> None:
    """Let the interpreter's own flush at exit write to nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
