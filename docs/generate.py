"""Write docs/operators.md from what the kernels say of themselves.

.venv/bin/python docs/generate.py
"""

import csv
from pathlib import Path

from tinycompile.frontend.tflite.operators import OURS
from tinycompile.kernel import Kernel
from tinycompile.kernels import mve, portable
from tinycompile.kernels.shared.unary import FUNCTIONS

FILE = Path(__file__).parent / "operators.md"
COVERAGE = Path(__file__).parent / "coverage.csv"  # written by coverage.py
INTRODUCTION = """\
# Operators

Written by `docs/generate.py` from the kernels themselves. `tinycompile --list kernels` shows the same;
`tinycompile MODEL --explain` says for each layer of a model which kernel took it and why others did not.

A kernel below takes an operator that it covers if all its conditions hold. Kernels are asked in the order of
this page; the first that applies is taken. What no kernel takes is generated: C made for the model, from
what TVM knows of the operator. Only where TVM has no loops for it there is an error that names the
operator and its node. Operators that only rename a shape (reshape, flatten, squeeze, expand_dims) cost
nothing; operators on constants are computed while compiling.
"""


def text() -> str:
    """The whole page."""
    parts = [
        INTRODUCTION, *tables(), "## Kernels\n", *map(section, portable.kernels()),
        "## Kernels for Helium\n", *map(section, mve.kernels()), *unary(), *tflite(),
    ]  # fmt: skip
    return "\n".join(parts)


def tables() -> list[str]:
    """What was seen to compute each operator, in each type."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    with COVERAGE.open(newline="") as file:
        for format_, operator, dtype, kernels in csv.reader(file):
            shown = ", ".join(kernel.removeprefix("tc_") for kernel in kernels.split())
            found.setdefault(format_, {}).setdefault(operator, {})[dtype] = shown
    lines = [
        "## Operators\n",
        "What computes each operator in ONNX's own operator tests, networks and random graphs: kernels, or C",
        "that is generated; several where it is taken apart, or has forms. An empty cell was not tried.\n",
    ]
    for format_, operators in sorted(found.items()):
        lines += [
            f"### {format_}\n",
            "| Operator | float32 | int8 | int16 |",
            "| --- | --- | --- | --- |",
        ]
        for operator, of in sorted(operators.items()):
            cells = " | ".join(of.get(dtype, "") for dtype in ("float", "int8", "int16"))
            lines.append(f"| {operator} | {cells} |")
        lines.append("")
    return lines


def section(kernel: Kernel) -> str:
    lines = [f"### {kernel.symbol}\n", f"{kernel.summary}\n"]
    lines += [f"- {(rule.__doc__ or '').strip()}" for rule in kernel.constraints]
    return "\n".join([*lines, ""])


def unary() -> list[str]:
    names = sorted({name.split(".")[-1] for name in FUNCTIONS})
    return [
        "## What a table computes\n",
        "`tc_table_s8` stands for any composition of these functions of one int8 tensor and constants,",
        f"evaluated for all 256 values while compiling:\n\n{', '.join(names)}.\n",
    ]


def tflite() -> list[str]:
    return [
        "## TFLite operators\n",
        "Quantised forms that TinyCompile imports itself, equal to TFLite Micro bit for bit:\n",
        f"{', '.join(sorted(OURS.quantized))}.\n",
        "Others run through TVM's importer, in its float form between dequantize and quantize.\n",
    ]


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
