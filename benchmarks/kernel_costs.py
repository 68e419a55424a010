"""Measure layers by the kernels of every family, and write what `--kernels auto` goes by.

    .venv/bin/python benchmarks/kernel_costs.py MODEL... [--cmsis-nn DIR] [--isa mve] [--family mve]

Each model is profiled on a simulated core of each instruction set, once with the kernels of each family, or
of those alone that are named: what else was measured stays. The cycles of every layer go to
benchmarks/kernel_costs.csv; a kernel's cost of a multiply-accumulate, an output and a call, fitted to them,
to tinycompile/kernels/costs.toml, with the layers for which these would take the slower kernel. Run this
again when kernels change. Needs arm-none-eabi-gcc and QEMU.
"""

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from math import prod
from pathlib import Path

import numpy as np

from tinycompile import pipeline
from tinycompile.choice import COSTS, FIELDS, Costs, Load, Measured, misjudged, read_measurements
from tinycompile.families import CMSIS_NN, DSP, MVE, PORTABLE
from tinycompile.simulate.profile import profile
from tinycompile.target import Isa

CORES = {Isa.SCALAR: "cortex-m3", Isa.DSP: "cortex-m4", Isa.MVE: "cortex-m55"}
FAMILIES = {
    Isa.SCALAR: (PORTABLE, CMSIS_NN),
    Isa.DSP: (PORTABLE, DSP, CMSIS_NN),
    Isa.MVE: (PORTABLE, MVE, CMSIS_NN),
}
MEASUREMENTS = Path(__file__).with_name("kernel_costs.csv")
HEADER = """\
# Cycles of a multiply-accumulate (or a pool's tap), of an output and of a call, and the layers, as work
# and outputs, for which a kernel was slower than these say. Written by benchmarks/kernel_costs.py.
"""


def layers(model: Path, isa: Isa, family: str, cmsis_nn: Path | None) -> Iterator[Measured]:
    """What each layer of `model` takes."""
    compiled = pipeline.compile(
        model,
        target=CORES[isa],
        kernels=family,
        cmsis_nn=cmsis_nn if family == CMSIS_NN else None,
        ram=16 << 20,
        flash=16 << 20,
    )
    done = profile(compiled)
    for layer, row in zip(compiled.program.layers, done.rows, strict=False):
        assert row.cycles is not None, f"no cycle model of {CORES[isa]}"
        yield Measured(
            isa=isa.name.lower(),
            layer=f"{model.stem}: {layer.outputs[0].name}",
            kernel=layer.kernel.symbol,
            load=Load.of(layer.call, sum(prod(t.shape) for t in layer.outputs)),
            cycles=row.cycles.zero_wait,
        )


def fit(points: list[Measured]) -> list[float]:
    """The costs, none negative, with the least relative error of the layer they fit worst.

    Of all subsets of the three, those alone are solved for; layers that are fitted badly get more weight.
    """
    features = np.array([(p.load.work, p.load.outputs, 1) for p in points], float)
    cycles = np.array([p.cycles for p in points], float)
    scaled = features / cycles[:, None]
    best, least = np.zeros(3), np.inf
    for size in (1, 2, 3):
        for chosen in combinations(range(3), size):
            weights = np.ones(len(points))
            for _ in range(50):
                solution = np.zeros(3)
                weighted = scaled[:, chosen] * weights[:, None]
                solution[list(chosen)] = np.linalg.lstsq(weighted, weights)[0]
                errors = np.abs(scaled @ solution - 1)
                if (solution >= 0).all() and errors.max() < least - 1e-9:
                    best, least = solution, float(errors.max())
                weights *= 1 + errors
    return [float(f"{value:.4g}") for value in best]


def costs(measured: list[Measured]) -> dict[str, Costs]:
    """By instruction set; loads for which these would take the slower kernel are listed."""
    points: dict[tuple[str, str], dict[str, list[Measured]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for item in measured:
        points[item.isa, item.kernel][item.load.window].append(item)
    kernels: dict[str, dict[str, list[float]]] = defaultdict(dict)
    for (isa, kernel), by_window in sorted(points.items()):
        rest = by_window.pop("", []) or [item for items in by_window.values() for item in items]
        kernels[isa][kernel] = fit(rest)
        for window, items in sorted(by_window.items()):
            kernels[isa][f"{kernel} {window}"] = fit(items)
    slower: dict[str, dict[str, list[tuple[int, int]]]] = {
        isa: defaultdict(list) for isa in kernels
    }
    while True:  # without a layer's first choice the second may be a slower one, too
        found = {isa: Costs(of_isa, slower[isa]) for isa, of_isa in kernels.items()}
        new = {
            (taken.isa, taken.kernel, (taken.load.work, taken.load.outputs))
            for taken, _ in misjudged(measured, found)
        }
        known = {
            (i, k, pair) for i, of in slower.items() for k, pairs in of.items() for pair in pairs
        }
        if not new - known:
            return found
        for isa, kernel, pair in sorted(new - known):
            slower[isa][kernel].append(pair)


def row(item: Measured) -> list[object]:
    load = item.load
    return [item.isa, item.layer, item.kernel, load.window, load.work, load.outputs, item.cycles]


def write(measured: list[Measured], found: dict[str, Costs]) -> None:
    with MEASUREMENTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(map(row, measured))
    lines = [HEADER]
    for isa, of_isa in found.items():
        lines += [
            f"[{isa}]",
            *(f'"{name}" = {values}' for name, values in of_isa.kernels.items()),
            "",
        ]
        lines += [f"[{isa}.slower]"] * bool(of_isa.slower)
        lines += [
            f"{name} = {[list(pair) for pair in pairs]}" for name, pairs in of_isa.slower.items()
        ]
        lines += [""] * bool(of_isa.slower)
    COSTS.write_text("\n".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", type=Path, help="none: fit the measurements there are")
    parser.add_argument("--cmsis-nn", type=Path)
    parser.add_argument("--isa", choices=[isa.name.lower() for isa in CORES])
    parser.add_argument("--family", choices=sorted({f for of in FAMILIES.values() for f in of}))
    options = parser.parse_args()
    new: list[Measured] = []
    for model in options.models:
        for isa, families in FAMILIES.items():
            for family in families:
                if options.isa in (None, isa.name.lower()) and options.family in (None, family):
                    print(f"{model.name}, {isa.name.lower()}, {family}", flush=True)
                    new += layers(model, isa, family, options.cmsis_nn)
    items = [*read_measurements(MEASUREMENTS), *new]  # portable kernels take what others do not
    measured = [*{(item.isa, item.layer, item.kernel): item for item in items}.values()]
    found = costs(measured)
    write(measured, found)
    for taken, fastest in misjudged(measured, found):
        raise SystemExit(f"{taken} would be taken, slower than {fastest}")


if __name__ == "__main__":
    main()
