"""Two runs of the benchmark, line by line. Only figures that do not depend on the machine are compared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

TOLERANCE = 0.01
FIGURES = (
    "instructions",
    "cycles_zero_wait",
    "cycles_flash",
    "arena_bytes",
    "stack_bytes",
    "code_bytes",
    "constant_bytes",
)
Key = tuple[str, str, str]  # model, target, kernels


@dataclass(frozen=True)
class Change:
    key: Key
    figure: str
    old: int
    new: int | None  # None: measured before, not now

    @property
    def worse(self) -> bool:
        return self.new is None or self.new > self.old

    def __str__(self) -> str:
        what = f"{'worse' if self.worse else 'better'}: {' '.join(self.key)}: {self.figure}"
        if self.new is None:
            return f"{what} was {self.old:,}, is not measured any more"
        change = f"{self.new / self.old - 1:+.1%}" if self.old else "from nothing"
        return f"{what} {self.old:,} -> {self.new:,} ({change})"


def load(file: Path) -> dict[Key, dict[str, Any]]:
    """The lines of a run's JSON."""
    try:
        lines = json.loads(file.read_text())["results"]
        return {(line["model"], line["target"], line["kernels"]): line for line in lines}
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{file} is not a run's JSON: {error!r}") from error


def compare(
    old: Mapping[Key, Mapping[str, Any]], new: Mapping[Key, Mapping[str, Any]]
) -> list[Change]:
    """What changed by more than TOLERANCE, regressions first; lines that only `new` has say nothing."""
    changes = []
    for key, before in old.items():
        after = new.get(key, {})
        for figure in FIGURES:
            was, now = before.get(figure), after.get(figure)
            if was is not None and (now is None or abs(now - was) > TOLERANCE * was):
                changes.append(Change(key, figure, was, now))
    return sorted(changes, key=lambda change: not change.worse)
