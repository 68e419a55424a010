"""Layers that run together, a row at a time: what a plan says of them."""

from dataclasses import dataclass, replace
from functools import cached_property

from tinycompile.call import Param
from tinycompile.memory.flow import Flow

UNITS = (0, 2, 4)  # powers of 2: tables hold offsets of 16 bits in bytes, words or four words
LARGEST = 0xFFFE  # the one above is for padding


@dataclass(frozen=True)
class Together:
    """Layers `first` to `end`, the last not included.

    `offsets` are those of each row in the arena, by tensor's storage, of sums once. `params` are the fields
    of each layer's struct. `state` is where the progress of a caller lies who brings rows himself, `scratch`
    what all stages take in turn.
    """

    first: int
    end: int
    flow: Flow
    offsets: dict[str, tuple[int, ...]]
    params: dict[int, dict[str, Param]]
    state: int | None = None
    scratch: int | None = None

    def moved(self, nbytes: int) -> "Together":
        """The same, so many bytes further on in the arena."""
        moved = {name: tuple(at + nbytes for at in rows) for name, rows in self.offsets.items()}
        state, scratch = (None if at is None else at + nbytes for at in (self.state, self.scratch))
        return replace(self, offsets=moved, state=state, scratch=scratch)

    @cached_property
    def shift(self) -> int | None:
        """The unit of offsets in tables; None if none does."""
        every = [offset for rows in self.offsets.values() for offset in rows]
        every += [] if self.scratch is None else [self.scratch]
        fitting = (
            shift
            for shift in UNITS
            if all(offset % (1 << shift) == 0 and offset >> shift <= LARGEST for offset in every)
        )
        return next(fitting, None)

    @property
    def scratch_in_units(self) -> int:
        return (self.scratch or 0) >> (self.shift or 0)

    @property
    def fits(self) -> bool:
        """Whether the tables of a library have room for it."""
        line, calls = self.flow.line, self.flow.calls
        tallest = max(stage.height for stage in line)
        return self.shift is not None and len(line) <= 0xFF and max(len(calls), tallest) <= 0xFFFF

    @property
    def rows_at(self) -> range:
        """The bytes of the arena in which rows lie."""
        ends = [
            (at, at + stage.row_bytes)
            for stage in self.flow.line
            for at in self.offsets[stage.output]
        ]
        return range(min(start for start, _ in ends), max(end for _, end in ends))

    @property
    def counter_bytes(self) -> int:
        """Of the counter of rows that each stage has."""
        return 1 if max(stage.height for stage in self.flow.line) <= 0xFF else 2

    @property
    def pointers(self) -> int:
        """How many rows a stage reads at most."""
        return max(
            sum(reads.taps for _, reads in stage.inputs) + stage.sums + bool(stage.scratch)
            for stage in self.flow.line
        )

    @property
    def state_bytes(self) -> int:
        """How far the calls are, in 2 bytes, and the counters."""
        return 2 + self.counter_bytes * len(self.flow.line)
