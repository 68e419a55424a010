"""What can be fuzzed, by name."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.fuzz import command_lines, damaged_files, graphs
from tests.fuzz.outcome import Outcome

# (seeds, a folder that keeps what is built once, at most so many operators or changes) -> outcomes
Fuzzer = Callable[[Sequence[int], Path, int | None], Iterator[Outcome]]

KINDS: dict[str, Fuzzer] = {kind: partial(graphs.outcomes, kind) for kind in graphs.KINDS}
KINDS |= {"damaged-files": damaged_files.outcomes, "command-lines": command_lines.outcomes}
