"""The layers, a row each."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tinycompile.report.memory_map import MemoryMap

ESTIMATED = "estimated from kernels measured once"


@dataclass(frozen=True)
class Row:
    """Figures of one layer; those that are not known are None."""

    number: int
    name: str  # of its C function
    title: str
    source: str
    kernel: str
    family: str
    takes: str  # shapes of its inputs
    makes: str
    macs: int
    cycles: int | None
    share: float | None  # of all cycles
    ram: int  # what is alive while it runs
    flash: int
    why: str
    refused: list[str]


def rows(report: dict[str, Any]) -> list[Row]:
    tensors = {t["name"]: t for t in report["memory"]["tensors"]}
    used, total = MemoryMap.of(report).used, total_cycles(report)
    found = []
    for i, (item, cycles) in enumerate(zip(report["layers"], each_cycles(report), strict=True)):
        found.append(
            Row(
                number=i + 1,
                name=item["name"],
                title=item["title"],
                source=item["source"],
                kernel=item["kernel"],
                family=item["family"],
                takes=shapes(tensors[name] for name in item["inputs"]),
                makes=shapes(tensors[name] for name in item["outputs"]),
                macs=item["macs"],
                cycles=cycles,
                share=cycles / total if cycles is not None and total else None,
                ram=used[i],
                flash=item["flash_bytes"],
                why=item["why"],
                refused=item["refused"],
            )
        )
    return found


def shapes(tensors: Iterable[dict[str, Any]]) -> str:
    """Equal ones once, with their number."""
    found = Counter(f"{'x'.join(map(str, t['shape']))} {t['dtype']}" for t in tensors)
    return ", ".join(f"{count} of {one}" if count > 1 else one for one, count in found.items())


def each_cycles(report: dict[str, Any]) -> list[int | None]:
    """Of the layers: measured by --profile, with the chip's flash where that is known, else estimated."""
    measured = measured_cycles(report)
    return [measured.get(item["name"], item.get("estimated_cycles")) for item in report["layers"]]


def measured_cycles(report: dict[str, Any]) -> dict[str, int]:
    rows = report.get("profile", {}).get("rows", [])
    best = {row["name"]: row["cycles_flash"] or row["cycles_zero_wait"] for row in rows}
    return {name: cycles for name, cycles in best.items() if cycles is not None}


def kind_of_cycles(report: dict[str, Any]) -> str:
    if not measured_cycles(report):
        return ESTIMATED
    timing = report["profile"]["flash_timing"]
    return f"measured, {f'flash of {timing}' if timing else 'memory without wait states'}"


def total_cycles(report: dict[str, Any]) -> int | None:
    """Of a run, what lies between layers included where it was measured; None if that says little.

    Layers that do not multiply are few of them: they may be unknown.
    """
    measured = measured_cycles(report)
    return sum(measured.values()) if measured else total_estimate(report)


def total_estimate(report: dict[str, Any]) -> int | None:
    estimates = [item.get("estimated_cycles") for item in report["layers"]]
    if any(
        item["macs"] and estimate is None
        for item, estimate in zip(report["layers"], estimates, strict=True)
    ):
        return None
    return sum(filter(None, estimates)) or None


def all_known(report: dict[str, Any]) -> bool:
    return None not in each_cycles(report)
