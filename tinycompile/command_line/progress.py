"""What the compiler is at, and since when: a line that changes on a terminal, lines anywhere else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tinycompile.command_line import terminal
from tinycompile.options import silent

PATIENCE = 2.0  # seconds that a stage may take before anybody is told
AGAIN = 10.0  # seconds to the next line of the same stage


@contextmanager
def shown(first: str, *, quiet: bool, verbose: bool) -> Iterator[Callable[[str], None]]:
    """What is to be told the name of each stage as it begins; the `first` one begins now.

    If `verbose` every stage has its line, with the time since the start, and stays on the screen.
    """
    console = terminal.errors()
    if quiet:
        yield silent
    elif console.is_terminal and not console.is_dumb_terminal and not verbose:
        with _line_that_changes(console, first) as update:
            yield update
    else:
        lines = Lines(console, 0.0 if verbose else PATIENCE)
        lines.update(first)
        with lines.watched():
            yield lines.update


@contextmanager
def _line_that_changes(console: Console, first: str) -> Iterator[Callable[[str], None]]:
    stage = TextColumn("{task.description}", markup=False)
    with Progress(
        SpinnerColumn(), stage, TimeElapsedColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task(first, total=None)
        yield lambda text: bar.update(task, description=text)


class Lines:
    """A line a stage, once it has taken `patience` seconds, and again from time to time.

    Stages that count ("choosing ranges: tensor 3 of 20") are one up to the colon.
    """

    def __init__(self, console: Console, patience: float) -> None:
        self.console, self.patience = console, patience
        self.begun, self.stage, self.due = monotonic(), "", inf
        self.lock = threading.Lock()

    def update(self, stage: str) -> None:
        with self.lock:
            if stage.partition(":")[0] != self.stage.partition(":")[0]:
                self.due = monotonic() + self.patience
            self.stage = stage
            if not self.patience:
                self.tell_if_due()

    def tell_if_due(self) -> None:
        now = monotonic()
        if now >= self.due:
            self.due = now + AGAIN
            self.console.print(f"{now - self.begun:6.1f} s  {self.stage}", soft_wrap=True)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """A thread looks at the clock: stages that take long call nobody."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(0.1):
                with self.lock:
                    self.tell_if_due()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
