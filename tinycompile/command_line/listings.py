"""What there is: targets, kernels, passes, as tables."""

import sys
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text


def table(kind: str) -> Table:
    """`kind` is "targets", "kernels" or "passes"."""
    return {"targets": targets, "kernels": kernels, "passes": passes}[kind]()


def with_columns(*headings: str) -> Table:
    """A table whose last column takes the width that the others leave."""
    result = Table(header_style="bold", box=None, pad_edge=False)
    for heading in headings[:-1]:
        numeric = heading.endswith("KiB")
        result.add_column(heading, no_wrap=True, justify="right" if numeric else "left")
    result.add_column(headings[-1])
    return result


def targets() -> Table:
    from tinycompile.target import Target, names

    result = with_columns("Target", "ISA", "Flash KiB", "RAM KiB", "QEMU", "Description")
    for name in names():
        t = Target.load(name)
        sizes = f"{t.flash_kib:,}", f"{t.ram_kib:,}"
        result.add_row(name, t.isa.name.lower(), *sizes, t.machine, t.description)
    return result


def kernels() -> Table:
    from tinycompile.kernels import cmsis_nn, portable
    from tinycompile.kernels.cmsis_nn.context import Context
    from tinycompile.target import Isa

    newest = Context(Isa.MVE, (7, 0), frozenset())
    result = with_columns("Kernel", "ISA", "What it covers, and where it applies")
    for kernel in [*portable.kernels(), *cmsis_nn.kernels(newest)]:
        rules = " ".join((rule.__doc__ or "").strip() for rule in kernel.constraints)
        text = Text.assemble(f"{kernel.summary}\n", (rules, "dim"))
        result.add_row(kernel.symbol, kernel.isa.name.lower(), text)
    return result


def passes() -> Table:
    from tinycompile import pipeline
    from tinycompile.rewriting.repeat import Repeat

    result = with_columns("", "Pass", "What it does")

    def add(steps: Sequence[Any], depth: int) -> None:
        for i, step in enumerate(steps, 1):
            number = f"{i:02}" if depth == 0 else ""
            if isinstance(step, Repeat):
                result.add_row(number, "  " * depth + "until nothing changes:", "")
                add(step.passes, depth + 1)
            else:
                result.add_row(number, "  " * depth + str(step.info.name), summary(step))

    add(pipeline.passes({}), 0)
    return result


def summary(step: Any) -> str:
    """The first sentence of a pass's file."""
    doc = sys.modules[type(step).__module__].__doc__ or ""
    return " ".join(doc.split("\n\n")[0].split())
