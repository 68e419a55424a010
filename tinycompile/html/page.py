"""The page, made of what NAME.json holds and of nothing else."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tinycompile.html import budget, difference, flash, graph, layers, quantization, verdict
from tinycompile.report import memory_drawing
from tinycompile.report.memory_map import MemoryMap


def page(report: dict[str, Any], against: dict[str, Any] | None = None) -> str:
    """HTML; `against` is what NAME.json held before, to show what changed."""
    environment = Environment(
        loader=PackageLoader("tinycompile.html"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "number": number,
        "share": share,
        "few": few,
        "shortened": graph.shortened,
    }
    rows, memory = layers.rows(report), MemoryMap.of(report)
    return environment.get_template("page.html").render(
        report=report,
        verdict=verdict.of(report),
        bars=budget.bars(report),
        graph=graph.drawn(report, rows),
        rows=rows,
        cycles=layers.kind_of_cycles(report),
        memory=memory_drawing.svg(memory),
        fullest=[memory.title_of(moment) for moment in memory.peaks],
        flash=flash.parts(report),
        tensors=quantization.rows(report),
        changes=difference.of(report, against) if against else None,
        against=against,
    )


def number(value: float | None) -> str:
    """With thousands apart; a dash for what is not known."""
    return "-" if value is None else f"{value:,}"


def few(part: float) -> str:
    """A share that is better 0, and then not shown."""
    return "" if not part else "< 0.01%" if part < 1e-4 else f"{part:.2%}"


def share(part: float | None) -> str:
    return "-" if part is None else f"{part:.1%}"
