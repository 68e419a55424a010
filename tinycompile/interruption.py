"""Signals that end the program: what is half done is undone first, or done to its end."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ENDING = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]


@contextmanager
def raised() -> Iterator[list[int]]:
    """Inside, such a signal is a KeyboardInterrupt, and goes onto the list.

    Code of others turns exceptions into its own: the list tells what they come from.
    """
    came: list[int] = []

    def interrupt(number: int, frame: Any) -> None:
        came.append(number)
        raise KeyboardInterrupt

    with _handled(interrupt):
        yield came


@contextmanager
def deferred() -> Iterator[None]:
    """Such a signal waits until the block is done."""
    waiting: list[int] = []
    try:
        with _handled(lambda number, frame: waiting.append(number)):
            yield
    finally:
        for number in waiting[:1]:
            signal.raise_signal(number)


def over() -> None:
    """All is done but the end of the process, which Ctrl-C brings at once, without Python's words."""
    ours = threading.current_thread() is threading.main_thread()
    if ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def _handled(handler: Callable[[int, Any], None]) -> Iterator[None]:
    """Only the main thread may say so; what the user had ignored (nohup) stays ignored."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.getsignal(number) for number in ENDING}
        before = {n: was for n, was in before.items() if was not in (None, signal.SIG_IGN)}
    try:
        for number in before:
            signal.signal(number, handler)
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)
