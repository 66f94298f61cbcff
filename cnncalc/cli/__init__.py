"""The command line: `main` is the entry point, `run` the same within a process; one module a command."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper


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
    """Run the command line; whatever goes wrong ends in one line on stderr and exit status 1 or 2."""
    from cnncalc.cli.app import app
    from cnncalc.cli.common import Failure

    status = 0
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 2
    except Failure as failure:
        status = complain(f"cnncalc: {failure}")
    except BrokenPipeError:
        silence()
    except RecursionError:
        status = complain("cnncalc: the input nests too deeply")
    except OSError as error:
        status = complain(f"cnncalc: {error.filename or 'output'}: {error.strerror or error}")
    except Exception as error:
        if os.environ.get("CNNCALC_DEBUG"):
            raise
        status = complain(f"cnncalc: internal failure: {type(error).__name__}: {error} (CNNCALC_DEBUG=1 shows where)")
    sys.exit(flushed(status))


def complain(text: str) -> int:
    """One line on stderr; the exit status of wrong use and failures."""
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
