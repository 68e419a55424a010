"""Two ways to round weights for what their layer sees: least squares one weight at a time, and AdaRound.

    python -m benchmarks.rounding [NAME ...]

AdaRound (Nagel et al., 2020) learns by gradient whether each weight goes up or down, here on the second
moments of the layer's inputs, so that every step sees all samples and nothing is drawn at random. The
compiler has the first: this is why. Both start from the same recipe; biases are corrected afterwards.
Signal-to-noise ratio at the output on held-out images, in dB, and seconds. Writes benchmarks/rounding.md.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

import tinycompile
from benchmarks.quantise import NETWORKS, line
from examples.quantise.data import DATASETS
from examples.quantise.harden import glitches
from tinycompile.quantize import quantizer
from tinycompile.quantize.methods import round_weights
from tinycompile.quantize.methods.choose_methods import Trials
from tinycompile.quantize.methods.correct_biases import corrected
from tinycompile.quantize.model.measures import snr
from tinycompile.quantize.model.network import Network, Recipe

Reals = NDArray[np.float64]
STEPS, RATE = 600, 0.02
ZETA, GAMMA = 1.1, -0.1  # how far the sigmoid is stretched beyond [0, 1]
WARM = 0.2  # of the steps, before weights are driven to either end
STRENGTH = 0.01  # of what drives them, relative to the largest curvature


def stretched(v: Reals) -> Reals:
    """How far up each weight is: 0 to 1."""
    return np.clip((ZETA - GAMMA) / (1 + np.exp(-v)) + GAMMA, 0, 1)


def adaround(
    part: NDArray[Any], scales: NDArray[Any], h: Reals, levels: Any = None
) -> NDArray[np.int8]:
    """As `round_weights.least_squares`, by Adam on a rounding that is soft at first."""
    h = h / (float(np.trace(h)) / len(h) or 1.0) + np.eye(len(h)) * round_weights.DAMPING
    wanted = part.astype(np.float64) / scales.astype(np.float64)[:, None]
    low = np.clip(np.floor(wanted), -127, 126)
    rest = np.clip(wanted - low, 1e-3, 1 - 1e-3)
    v = -np.log((ZETA - GAMMA) / (rest - GAMMA) - 1)
    first, second = np.zeros_like(v), np.zeros_like(v)
    pull = STRENGTH * float(np.linalg.eigvalsh(h)[-1])
    for step in range(STEPS):
        up, done = stretched(v), step / STEPS
        gradient = 2 * (low + up - wanted) @ h
        if done > WARM:
            beta = 20 - 18 * (done - WARM) / (1 - WARM)
            side = 2 * up - 1
            gradient -= 2 * pull * beta * np.abs(side) ** (beta - 1) * np.sign(side)
        sigmoid = 1 / (1 + np.exp(-v))
        inside = (up > 0) & (up < 1)
        gradient *= np.where(inside, (ZETA - GAMMA) * sigmoid * (1 - sigmoid), 0)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        unbiased = first / (1 - 0.9 ** (step + 1)), second / (1 - 0.999 ** (step + 1))
        v -= RATE * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-12)
    return (low + (stretched(v) > 0.5)).astype(np.int8)


def before_rounding(name: str) -> tuple[Network, Recipe]:
    """What the trials have when it comes to rounding."""
    found: list[tuple[Network, Recipe]] = []
    images, _ = glitches() if name == "digits_hard" else data(name).calibration
    stop = mock.patch.object(Trials, "_round", lambda trials: found.append(trials._best()))
    with stop:
        tinycompile.compile(NETWORKS / f"{name}.onnx", quantize=images, target="host")
    return found[0]


def data(name: str) -> Any:
    return DATASETS[name.partition("_")[0]]()


def by(method: Callable[..., Any], network: Network, recipe: Recipe) -> tuple[Recipe, float]:
    start = time.perf_counter()
    with mock.patch.object(round_weights, "least_squares", method):
        found = round_weights.rounded(network, recipe)
    return corrected(network, found), time.perf_counter() - start


def compare(name: str) -> list[str]:
    network, recipe = before_rounding(name)
    images, _ = data(name).test
    feeds = quantizer.in_layout(network.module, {"image": images[:, None]})
    (output,) = network.targets
    wanted = network.interpreter.run(feeds, keep=[output])[output]
    recipes = [(corrected(network, recipe), 0.0)]
    recipes += [by(method, network, recipe) for method in (round_weights.least_squares, adaround)]
    ratios = []
    for found, _ in recipes:
        interpreter, alter = network.simulator(found)
        ratios.append(f"{snr(wanted, interpreter.run(feeds, alter, keep=[output])[output]):.2f}")
    return [name, *ratios, *(f"{seconds:.1f}" for _, seconds in recipes[1:])]


def main(names: list[str]) -> None:
    headings = ["network", "nearest dB", "least squares dB", "AdaRound dB", "least squares s"]
    lines = [line([*headings, "AdaRound s"]), line(["---"] * 6)]
    print("\n".join(lines), flush=True)
    for name in names or [path.stem for path in sorted(NETWORKS.glob("*.onnx"))]:
        lines.append(line(compare(name)))
        print(lines[-1], flush=True)
    if not names:
        (Path(__file__).parent / "rounding.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
