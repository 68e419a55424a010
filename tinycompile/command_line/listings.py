"""What there is: targets, kernels, passes, plug-ins, as tables."""

import sys
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from tinycompile.plugins.added import Plugins

KINDS = ("targets", "kernels", "passes", "plugins")


def table(kind: str, added: Plugins) -> Table:
    """Of one of KINDS, with what plug-ins have `added`."""
    made = {"targets": targets, "kernels": kernels, "passes": passes, "plugins": plugins}
    return made[kind](added)


def with_columns(*headings: str) -> Table:
    """A table whose last column takes the width that the others leave."""
    result = Table(header_style="bold", box=None, pad_edge=False)
    for heading in headings[:-1]:
        numeric = heading.endswith("KiB")
        result.add_column(heading, no_wrap=True, justify="right" if numeric else "left")
    result.add_column(headings[-1])
    return result


def targets(added: Plugins) -> Table:
    from tinycompile.target import Target, names

    result = with_columns("Target", "ISA", "Flash KiB", "RAM KiB", "QEMU", "Description")
    for name in names(added.targets):
        t = Target.load(name, added.targets)
        sizes = f"{t.flash_kib:,}", f"{t.ram_kib:,}"
        text = Text.assemble(t.description, (f"\n{', '.join(t.aliases)}" * bool(t.aliases), "dim"))
        result.add_row(name, t.isa.name.lower(), *sizes, t.machine, text)
    return result


def kernels(added: Plugins) -> Table:
    from tinycompile.kernels import cmsis_nn, mve, portable
    from tinycompile.kernels.cmsis_nn.context import Context
    from tinycompile.target import Isa

    newest = Context(Isa.MVE, (7, 0), frozenset())
    result = with_columns("Kernel", "ISA", "What it covers, and where it applies")
    for kernel in [*added.kernels, *portable.kernels(), *mve.kernels(), *cmsis_nn.kernels(newest)]:
        rules = " ".join((rule.__doc__ or "").strip() for rule in kernel.constraints)
        text = Text.assemble(f"{kernel.summary}\n", (rules, "dim"))
        result.add_row(kernel.symbol, kernel.isa.name.lower(), text)
    return result


def passes(added: Plugins) -> Table:
    from tinycompile import phases
    from tinycompile.rewriting.repeat import Repeat, Settle

    result = with_columns("", "Pass", "What it does")

    def add(steps: Sequence[Any], depth: int) -> None:
        for i, step in enumerate(steps, 1):
            number = f"{i:02}" if depth == 0 else ""
            if isinstance(step, Repeat | Settle):
                result.add_row(number, "  " * depth + "until nothing changes:", "")
                add(step.passes, depth + 1)
            else:
                result.add_row(number, "  " * depth + str(step.info.name), summary(step))

    add(phases.passes({}, added=added.passes), 0)
    return result


def plugins(added: Plugins) -> Table:
    result = with_columns("Plug-in", "Version", "Adds")
    for plugin in added.report():
        adds = [f"{kind}: {', '.join(names)}" for kind, names in plugin["adds"].items()]
        result.add_row(plugin["name"], plugin["version"], "\n".join(adds))
    return result


def summary(step: Any) -> str:
    """The first sentence of a pass's file."""
    made_by = type(getattr(step, "step", step))  # a plug-in's is wrapped
    doc = sys.modules[made_by.__module__].__doc__ or ""
    return " ".join(doc.split("\n\n")[0].split())
