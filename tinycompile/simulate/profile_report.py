"""A profile for people, as tables, and for machines, as JSON."""

import json
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tinycompile.report.file import write
from tinycompile.report.tables import OneLine, bare
from tinycompile.simulate.cycles import Cycles
from tinycompile.simulate.profile import Profile, Row

ZERO_WAIT = "memory without wait states"


def as_json(profile: Profile) -> dict[str, Any]:
    """All figures; what is not known is null. Bytes, instructions, cycles, milliseconds."""
    target, timing = profile.target, profile.target.flash_timing
    return {
        "model": profile.model,
        "target": target.name,
        "cpu": target.cpu,
        "clock_mhz": target.clock_mhz,
        "cycle_model": profile.core and profile.core.validated,
        "flash_timing": timing and timing.description,
        "total": _figures(profile.instructions, profile.macs, profile.cycles)
        | {"milliseconds": _milliseconds(profile)},
        "rows": [
            {"name": row.name, "title": row.title, "kernel": row.kernel}
            | _figures(row.instructions, row.macs, row.cycles)
            for row in profile.rows
        ],
        "stack_bytes": profile.stack_bytes,
        "arena_bytes": profile.arena_bytes,
        "flash_bytes": dict(profile.flash_bytes),
        "notes": list(profile.notes),
    }


def write_json(profile: Profile, file: Path) -> None:
    """Raises OutputError when the file cannot be written."""
    write(file, json.dumps(as_json(profile), indent=2) + "\n")


def render(profile: Profile) -> RenderableType:
    """The rows and their total, then time, memory, and how far the cycles can be trusted."""
    parts: list[RenderableType] = [_rows(profile)] if profile.rows else []
    parts += [Text(line) for line in _lines(profile)]
    return Group(*parts)


def _figures(instructions: int, macs: int, cycles: Cycles | None) -> dict[str, Any]:
    return {
        "instructions": instructions,
        "macs": macs,
        "cycles_zero_wait": cycles and cycles.zero_wait,
        "cycles_flash": cycles and cycles.flash,
    }


def _milliseconds(profile: Profile) -> dict[str, float | None]:
    cycles, clock = profile.cycles, profile.target.clock_mhz
    if cycles is None or not clock:
        return {"zero_wait": None, "flash": None}
    slow = None if cycles.flash is None else cycles.flash / clock / 1000
    return {"zero_wait": cycles.zero_wait / clock / 1000, "flash": slow}


def _best(cycles: Cycles) -> int:
    """The figure nearest to the chip: with its flash where that is known."""
    return cycles.zero_wait if cycles.flash is None else cycles.flash


def _rows(profile: Profile) -> Table:
    total, timing = profile.cycles, profile.target.flash_timing
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("Layer", min_width=12)
    table.add_column("Kernel", min_width=9)
    headings = ["Instr."]
    if total:
        headings.append("Cycles")
        headings += ["With flash"] if timing else []
    for heading in (*headings, "Per MAC", "Share"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in profile.rows:
        title = OneLine(row.title or f"{row.name} itself")
        table.add_row(title, OneLine(bare(row.kernel)), *_cells(row, profile))
    whole = Row("total", "Total", "", profile.macs, profile.instructions, total)
    table.add_row("Total", "", *_cells(whole, profile), style="bold")
    return table


def _cells(row: Row, profile: Profile) -> list[str]:
    cells = [f"{row.instructions:,}"]
    spent, of = row.instructions, profile.instructions
    if row.cycles and profile.cycles:
        cells.append(f"{row.cycles.zero_wait:,}")
        if row.cycles.flash is not None:
            cells.append(f"{row.cycles.flash:,}")
        spent, of = _best(row.cycles), _best(profile.cycles)
    cells.append(f"{spent / row.macs:.2f}" if row.macs else "")
    cells.append(f"{spent / of:.1%}")
    return cells


def _lines(profile: Profile) -> list[str]:
    target, timing = profile.target, profile.target.flash_timing
    lines = list(profile.notes)
    if not profile.rows:
        lines.append(f"Instructions: {profile.instructions:,} in all.")
    time = _milliseconds(profile)
    if time["zero_wait"] is not None:
        slow = time["flash"]
        with_flash = f"{slow:.2f} ms with the flash of {timing.description}; " if timing else ""
        lines.append(
            f"Time at {target.clock_mhz} MHz: {with_flash}{time['zero_wait']:.2f} ms with {ZERO_WAIT}."
        )
    if profile.core:
        lines.append(
            f"Cycles are estimates of the {profile.core.cpu} model: {profile.core.validated}."
        )
    flash = profile.flash_bytes
    lines.append(
        f"Flash: code {flash['code']:,}, constants {flash['constants']:,} bytes "
        f"(C library, start-up and measurement: {flash['other']:,} more)."
    )
    lines.append(f"RAM: arena {profile.arena_bytes:,}, stack {profile.stack_bytes:,} bytes.")
    return lines
