"""When each row of a line of stages is made, and when it is read for the last time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from tinycompile.memory.stages import Calls, Stage, calls


@dataclass(frozen=True)
class Flow:
    """What happens in a line of stages, call by call; times count the calls."""

    line: tuple[Stage, ...]
    calls: Calls
    born: dict[str, list[int]] = field(
        default_factory=dict
    )  # by tensor: when each of its rows is made
    read: dict[str, list[int]] = field(
        default_factory=dict
    )  # and for the last time read; -1 if never

    @classmethod
    def of(cls, line: Sequence[Stage]) -> "Flow":
        flow = cls(tuple(line), calls(line))
        for stage in line:
            rows = 1 if stage.sums else stage.height
            flow.born[stage.output] = [0] * rows
            flow.read[stage.output] = [-1] * rows
            for name, reads in stage.inputs:
                flow.read.setdefault(name, [-1] * reads.height)
        for time, (i, y) in enumerate(flow.calls):
            flow.call(time, line[i], y)
        return flow

    def call(self, time: int, stage: Stage, y: int) -> None:
        if not (stage.sums and y):
            self.born[stage.output][0 if stage.sums else y] = time
        for name, reads in stage.inputs:
            last = self.read[name]
            for row in reads.rows(y):
                if row is not None:
                    last[min(row, len(last) - 1)] = time  # of sums there is one

    def gone(self, name: str) -> list[int]:
        """The call after which nobody needs a row, plus 1."""
        born = self.born.get(name, self.read[name])
        return [max(pair) + 1 for pair in zip(born, self.read[name], strict=True)]

    @property
    def scratch(self) -> int:
        """Bytes, that all stages take in turn."""
        return max(stage.scratch for stage in self.line)

    def most(self, name: str) -> int:
        """How many rows of a tensor that is made here are there at once."""
        times = [(time, 1) for time in self.born[name]] + [(time, -1) for time in self.gone(name)]
        there = accumulate(change for _, change in sorted(times))
        return max(there)
