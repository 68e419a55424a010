"""Compiles random models, damaged files and odd command lines until something is wrong.

    python -m tests.fuzz KIND --seeds 0..299     those seeds
    python -m tests.fuzz KIND --seconds 60       from a random seed on

Everything follows from the seed. Each finding ends with the command that shows it again, on the
smallest model of that seed that does. The exit status is 1 if there was one.
"""

import collections
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click

from tests.fuzz.kinds import KINDS
from tests.fuzz.outcome import Outcome

CHUNK = 20


@click.command()
@click.argument("kind", type=click.Choice([*KINDS, "all"]))
@click.option("--seeds", help="FIRST..LAST.")
@click.option("--seconds", type=float, default=60.0, show_default=True, help="How long to go on.")
@click.option("--size", type=int, help="At most so many operators, or changes to a file.")
def main(kind: str, seeds: str | None, seconds: float, size: int | None) -> None:
    kinds = list(KINDS) if kind == "all" else [kind]
    failed = False
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for name in kinds:
            every: list[Outcome] = []
            for chunk in chunks(seeds, seconds / len(kinds)):
                for outcome in KINDS[name](chunk, Path(folder), size):
                    every.append(outcome)
                    if not outcome.fine:
                        failed = True
                        tell(name, outcome, Path(folder), size)
            summarise(name, every)
    sys.exit(failed)


def chunks(seeds: str | None, seconds: float) -> Iterator[list[int]]:
    if seeds:
        first, _, last = seeds.partition("..")
        every = list(range(int(first), int(last or first) + 1))
        yield from (every[at : at + CHUNK] for at in range(0, len(every), CHUNK))
        return
    end, at = time.monotonic() + seconds, random.randrange(10**9)
    while time.monotonic() < end:
        yield list(range(at, at + CHUNK))
        at += CHUNK


def tell(kind: str, outcome: Outcome, folder: Path, size: int | None) -> None:
    """The finding, and how to see it again: on as few operators as still show it."""
    print(f"{outcome.status}: {outcome.why}", flush=True)
    for smaller in range(1, size or 8):
        (again,) = KINDS[kind]([outcome.seed], folder, smaller)
        if again.status == outcome.status:
            size = smaller
            break
    less = f" --size {size}" if size else ""
    print(f"    python -m tests.fuzz {kind} --seeds {outcome.seed}{less}", flush=True)


def summarise(kind: str, every: list[Outcome]) -> None:
    counts = collections.Counter(outcome.status for outcome in every)
    shown = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    print(f"{kind}: {len(every)} seeds: {shown}")
    reasons = collections.Counter(o.reason for o in every if o.status == "refused")
    for reason, count in reasons.most_common():
        print(f"    refused {count:4}  {reason}")


if __name__ == "__main__":
    main()
