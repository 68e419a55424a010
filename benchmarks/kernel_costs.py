"""Measure layers by portable kernels and by CMSIS-NN, and write what `--kernels auto` goes by.

    .venv/bin/python benchmarks/kernel_costs.py MODEL... [--cmsis-nn DIR]

Each model is profiled on a simulated core of each instruction set, once with portable kernels and once with
CMSIS-NN. The cycles of every layer go to benchmarks/kernel_costs.csv; a kernel's cost of a multiply-accumulate,
an output and a call, fitted to them, to tinycompile/kernels/costs.toml. Run this again when kernels change.
Fails if by these costs a layer would go to the kernel that was slower here. Needs arm-none-eabi-gcc and QEMU.
"""

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from math import prod
from pathlib import Path

import numpy as np

from tinycompile import pipeline
from tinycompile.choice import COSTS, FIELDS, Measured, misjudged, read_measurements
from tinycompile.kernel import PORTABLE
from tinycompile.kernels.cmsis import FAMILY
from tinycompile.simulate.profile import profile
from tinycompile.target import Isa

CORES = {Isa.SCALAR: "cortex-m3", Isa.DSP: "cortex-m4", Isa.MVE: "cortex-m55"}
MEASUREMENTS = Path(__file__).with_name("kernel_costs.csv")
HEADER = "# Cycles of a multiply-accumulate, an output and a call; written by benchmarks/kernel_costs.py.\n"


def layers(model: Path, isa: Isa, family: str, cmsis_nn: Path | None) -> Iterator[Measured]:
    """What each layer of `model` takes."""
    compiled = pipeline.compile(
        model,
        target=CORES[isa],
        kernels=family,
        cmsis_nn=cmsis_nn if family == FAMILY else None,
        ram=16 << 20,
        flash=16 << 20,
    )
    done = profile(compiled)
    for layer, row in zip(compiled.program.layers, done.rows, strict=False):
        assert row.cycles is not None, f"no cycle model of {CORES[isa]}"
        yield Measured(
            isa=isa.name.lower(),
            layer=f"{model.stem}: {layer.output.name}",
            kernel=layer.kernel.symbol,
            macs=layer.call.macs,
            outputs=prod(layer.output.shape),
            cycles=row.cycles.zero_wait,
        )


def fit(points: list[Measured]) -> list[float]:
    """The costs, none negative, with the least relative error.

    Few unknowns: of all subsets of them, solve for those alone and take the best that has no negative one.
    """
    features = np.array([(p.macs, p.outputs, 1) for p in points], float)
    cycles = np.array([p.cycles for p in points], float)
    scaled = features / cycles[:, None]
    best, least = np.zeros(3), np.inf
    for size in (1, 2, 3):
        for chosen in combinations(range(3), size):
            solution = np.zeros(3)
            solution[list(chosen)] = np.linalg.lstsq(scaled[:, chosen], np.ones(len(points)))[0]
            error = float(np.abs(scaled @ solution - 1).sum())
            if (solution >= 0).all() and error < least - 1e-9:
                best, least = solution, error
    return [float(f"{value:.4g}") for value in best]


def costs(measured: Iterable[Measured]) -> dict[str, dict[str, list[float]]]:
    """By instruction set and kernel. A kernel without a rival in any layer needs none."""
    points: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for item in measured:
        points[item.isa, item.kernel].append(item)
    result: dict[str, dict[str, list[float]]] = defaultdict(dict)
    for (isa, kernel), of_kernel in sorted(points.items()):
        result[isa][kernel] = fit(of_kernel)
    return result


def write(measured: list[Measured], found: dict[str, dict[str, list[float]]]) -> None:
    with MEASUREMENTS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows([getattr(item, name) for name in FIELDS] for item in measured)
    lines = [HEADER]
    for isa, kernels in found.items():
        lines += [f"[{isa}]", *(f"{name} = {values}" for name, values in kernels.items()), ""]
    COSTS.write_text("\n".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", type=Path, help="none: fit the measurements there are")
    parser.add_argument("--cmsis-nn", type=Path)
    options = parser.parse_args()
    measured = [] if options.models else read_measurements(MEASUREMENTS)
    for model in options.models:
        for isa in CORES:
            for family in (PORTABLE, FAMILY):
                print(f"{model.name}, {isa.name.lower()}, {family}", flush=True)
                measured += layers(model, isa, family, options.cmsis_nn)
    found = costs(measured)
    write(measured, found)
    if wrong := misjudged(measured, found):
        raise SystemExit("slower kernels would be taken:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
