"""What there is: targets, kernels, passes, as tables."""

import sys

from rich.table import Table


def table(kind: str) -> Table:
    """`kind` is "targets", "kernels" or "passes"."""
    return {"targets": targets, "kernels": kernels, "passes": passes}[kind]()


def targets() -> Table:
    from tinycompile.target import Target, names

    result = Table("Target", "Core", "ISA", "Flash KiB", "RAM KiB", "QEMU machine", "", box=None)
    for name in names():
        t = Target.load(name)
        sizes = str(t.flash_kib), str(t.ram_kib)
        result.add_row(name, t.cpu, t.isa.name.lower(), *sizes, t.machine, t.description)
    return result


def kernels() -> Table:
    from tinycompile.kernels import KERNELS

    result = Table("Kernel", "ISA", "Covers", "Where", box=None)
    for kernel in KERNELS:
        rules = " ".join((rule.__doc__ or "").strip() for rule in kernel.constraints)
        result.add_row(kernel.symbol, kernel.isa.name.lower(), kernel.summary, rules)
    return result


def passes() -> Table:
    from tinycompile import pipeline

    result = Table("", "Pass", "What it does", box=None)
    for i, step in enumerate(pipeline.passes({}), 1):
        ours = step.__class__.__module__.startswith("tinycompile")
        doc = sys.modules[step.__class__.__module__].__doc__ if ours else "(TVM's)"
        result.add_row(f"{i:02}", step.info.name, (doc or "").strip().splitlines()[0])
    return result
