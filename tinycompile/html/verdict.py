"""What one wants to know first: does it fit, how long does it take, is it right?"""

from typing import Any, NamedTuple

from tinycompile.html import layers
from tinycompile.quantize import words

TIGHT = 0.9  # of a budget


class Line(NamedTuple):
    kind: str  # "good", "warn" or "info"
    text: str


def of(report: dict[str, Any]) -> list[Line]:
    found = [fits(report), *time(report)]
    if "quantization" in report:
        kind = "warn" if report["quantization"]["noise"] else "info"
        found.append(Line(kind, words.headline(report)))
    found += [Line("good", line) for line in report.get("checks", {}).values()]
    warned = [note for note in report["notes"] if note.startswith("WARNING: ")]
    notes = [note for note in report["notes"] if note not in warned]
    found += [Line("warn", note.removeprefix("WARNING: ")) for note in warned]
    return found + [Line("info", note) for note in notes]


def fits(report: dict[str, Any]) -> Line:
    """A library is only written if it does."""
    shares = {
        kind: report[kind]["total_bytes"] / report[kind]["budget_bytes"]
        for kind in ("ram", "flash")
    }
    stack = report["ram"].get("stack_bytes")
    beside = "" if stack is None else f" beside a stack of {stack:,} bytes"
    tight = max(shares.values()) > TIGHT
    return Line(
        "warn" if tight else "good",
        f"{report['name']} fits {report['target']}{', just so' if tight else ''}: "
        f"{shares['ram']:.1%} of the RAM{beside}, {shares['flash']:.1%} of the flash.",
    )


def time(report: dict[str, Any]) -> list[Line]:
    """In cycles, and in time where the clock is known."""
    total = layers.total_cycles(report)
    if total is None:
        return [Line("info", "How long a run takes is not known: --profile measures it.")]
    kind, clock = layers.kind_of_cycles(report), report["clock_mhz"]
    at = f", {total / clock / 1000:,.2f} ms at {clock} MHz" if clock else ""
    some = "" if layers.all_known(report) else "at least "
    return [Line("info", f"A run takes {some}{total:,} cycles{at} ({kind}).")]
