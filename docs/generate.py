"""Write docs/operators.md from what the kernels say of themselves, and docs/tflite-operators.md.

.venv/bin/python docs/generate.py
"""

import csv
import inspect
import re
from pathlib import Path

import tflite
from tvm.relax.frontend.tflite import tflite_frontend

from tinycompile.frontend.tflite.operators import OURS
from tinycompile.kernel import Kernel
from tinycompile.kernels import mve, portable
from tinycompile.kernels.shared.unary import FUNCTIONS

FILE = Path(__file__).parent / "operators.md"
TFLITE = Path(__file__).parent / "tflite-operators.md"
COVERAGE = Path(__file__).parent / "coverage.csv"  # written by coverage.py
# TVM's importer has its converters in a table that it makes when it begins.
BY_TVM = set(
    re.findall(r'"([A-Z0-9_]+)": ', inspect.getsource(tflite_frontend.OperatorConverter.__init__))
)
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
        "## Kernels for Helium\n", *map(section, mve.kernels()), *unary(), *tflite_forms(),
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


TFLITE_INTRODUCTION = """\
# TFLite operators

Written by `docs/generate.py`: every operator of TFLite's schema. *Yes*: it was compiled, alone or in a
network, in the types named (`docs/coverage.py`), the quantised ones as TFLite Micro computes them.
*Untried*: TVM's importer has a converter for it, and what that makes is compiled if TVM has loops for it;
quantised, by way of float. What cannot be compiled is refused in a line that names the operator.

| Operator | | |
| --- | --- | --- |
"""
# Why there is no hope, by what the name contains, most telling first.
REASONS = {
    "CUSTOM": "by a [plug-in](plugins.md)",
    "DELEGATE": "a part of the network that was compiled for an accelerator",
    "PLACEHOLDER": "no operator",
    "HASHTABLE": "it computes with text",
    "LSH_PROJECTION": "it computes with text",
    "SKIP_GRAM": "it computes with text",
    "EMBEDDING_LOOKUP_SPARSE": "it computes with text",
    "CONCAT_EMBEDDINGS": "it computes with text",
    "RANDOM": "random numbers",
    "RNG": "random numbers",
    "MULTINOMIAL": "random numbers",
    "UNIQUE": "the size of its output depends on values",
    "NON_MAX_SUPPRESSION": "the size of its output depends on values",
    "WHERE": "the size of its output depends on values; its form of three inputs is SELECT",
}


def tflite_page() -> str:
    """Every operator of TFLite: whether it was seen to compile, or why it is not."""
    with COVERAGE.open(newline="") as file:
        rows = [row for row in csv.reader(file) if row[0] == "TFLite" and row[2]]
    seen: dict[str, list[str]] = {}
    for _, operator, dtype, _ in rows:
        seen.setdefault(operator, []).append("float32" if dtype == "float" else dtype)
    codes = {name: code for name, code in vars(tflite.BuiltinOperator).items() if name[0] != "_"}
    lines = [f"| {name} | {tflite_row(name, seen)} |" for name in sorted(codes)]
    return TFLITE_INTRODUCTION + "\n".join(lines) + "\n"


def tflite_row(name: str, seen: dict[str, list[str]]) -> str:
    if name in seen:
        return f"yes | {', '.join(sorted(seen[name]))}"
    if why := next((why for part, why in REASONS.items() if part in name), None):
        return f"no | {why}"
    if name in OURS.quantized:
        return "yes | quantised, or without change of its values"
    if name in OURS.plain or name in BY_TVM:
        return "untried | "
    return "no | no converter"


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


def tflite_forms() -> list[str]:
    return [
        "## TFLite operators\n",
        "Quantised forms that TinyCompile imports itself, equal to TFLite Micro bit for bit:\n",
        f"{', '.join(sorted(OURS.quantized))}.\n",
        "Others run through TVM's importer, in its float form between dequantize and quantize.\n",
    ]


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    TFLITE.write_text(tflite_page(), encoding="utf-8")
