"""Where the command line writes: results to standard output, progress and errors to standard error.

Colours are for terminals; rich leaves them out where NO_COLOR is set.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.text import Text

from tinycompile.errors import OutputError

UNKNOWN = 80  # columns of a terminal that does not say
ENDLESS = 10_000  # of a file or pipe: names stay whole, lines are for grep


def output() -> Console:
    """Names from models are printed as they are, square brackets included."""
    return Console(highlight=False, markup=False, width=columns())


def errors() -> Console:
    return Console(stderr=True, highlight=False, markup=False)


def columns() -> int | None:
    """The width of standard output; None leaves it to rich, which asks the terminal and $COLUMNS."""
    said = os.environ.get("COLUMNS", "")
    if said.isdigit() and int(said):
        return None
    if sys.stdout and sys.stdout.isatty():
        return UNKNOWN if said else None
    return ENDLESS


def failed(message: str, status: int) -> int:
    """One line whatever the width; `status` once more, to exit with."""
    errors().print(Text.assemble(("error:", "bold red"), f" {message}"), soft_wrap=True)
    return status


def note(text: str) -> None:
    output().print(Text.assemble(("note:", "yellow"), f" {text}"), soft_wrap=True)


@contextmanager
def arrived() -> Iterator[None]:
    """What is printed inside has arrived, or there is an error in words: the disk may be full."""
    try:
        yield
        if sys.stdout:  # None where it was closed before we began
            sys.stdout.flush()
    except OSError as error:
        with suppress(OSError):  # what is left must not be tried again
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error
