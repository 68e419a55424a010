"""Sequences made of digits: the rows of scikit-learn's digits one after another, among faint noise.

The digit comes after a pause that differs; a network has to notice it and keep what it has seen. Split once
and for all, as examples/quantise/data.py is. `--quantize examples.sequences.data:calibration` takes sequences
from here, run from the root of the repository. Needs scikit-learn.
"""

import numpy as np
from numpy.typing import NDArray

from examples.quantise.data import digits

STEPS, WIDTH, ROWS = 20, 8, 8
NOISE = 0.1
PLACES = 3  # of every digit
CALIBRATION = 300  # of the training sequences

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


def placed(images: Floats, labels: Labels, seed: int) -> tuple[Floats, Labels]:
    """(N, 1, 8, 8) -> (PLACES * N, STEPS, 1, WIDTH): time first, as ONNX has it, in batches of one."""
    rng = np.random.default_rng(seed)
    images, labels = np.tile(images, (PLACES, 1, 1, 1)), np.tile(labels, PLACES)
    sequences = rng.uniform(0, NOISE, (len(images), STEPS, 1, WIDTH)).astype(np.float32)
    for sequence, image, begin in zip(
        sequences, images, rng.integers(0, STEPS - ROWS + 1, len(images)), strict=True
    ):
        sequence[begin : begin + ROWS, 0] += image[0]
    return sequences, labels


def train() -> tuple[Floats, Labels]:
    return placed(*digits().train, seed=0)


def test() -> tuple[Floats, Labels]:
    return placed(*digits().test, seed=1)


def calibration() -> tuple[Floats, Labels]:
    sequences, labels = train()
    chosen = np.random.default_rng(2).permutation(len(sequences))[:CALIBRATION]
    return sequences[chosen], labels[chosen]
