"""Samples that are not scaled as in training are noticed; those that are, are not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

import tinycompile
from tests.quantize.models import Graph
from tinycompile.quantize.calibration.odd_ranges import unlike_others

Array = NDArray[Any]
DIGITS = load_digits()
UNIT = (DIGITS.data / 16).astype(np.float32)[:128]
LABELS = DIGITS.target[:128]
SCALED = {"0 to 1": UNIT, "0 to 255": UNIT * 255, "-1 to 1": UNIT * 2 - 1}


@pytest.fixture(scope="module")
def trained() -> MLPClassifier:
    """On digits of 0 to 1."""
    return MLPClassifier((24,), random_state=0, tol=0.01).fit(DIGITS.data / 16, DIGITS.target)


def saved(trained: MLPClassifier, scale: str, path: Path, *, softmax: bool = True) -> Path:
    """The same as if it had been trained on digits of another scale."""
    first, second = trained.coefs_
    bias = trained.intercepts_[0]
    if scale == "0 to 255":
        first = first / 255
    elif scale == "-1 to 1":
        first, bias = first / 2, bias + first.sum(axis=0) / 2
    g = Graph()
    h = g.node("Gemm", ["x", g.weight("w", first), g.weight("b", bias)], "hidden")
    h = g.node("Relu", [h], "relu")
    last = [h, g.weight("v", second), g.weight("c", trained.intercepts_[1])]
    scores = g.node("Gemm", last, "scores")
    output = g.node("Softmax", [scores], "y", axis=1) if softmax else scores
    return g.save(path, {"x": (1, 64)}, {output: (1, 10)})


def warnings(path: Path, samples: Array | dict[str, Array]) -> list[str]:
    notes = tinycompile.compile(path, quantize=samples, target="host").report["notes"]
    return [note for note in notes if "scale" in note]


@pytest.mark.parametrize("scale", SCALED)
@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("softmax", [False, True])
def test_nothing_is_said_of_samples_as_in_training(
    scale: str, labelled: bool, softmax: bool, trained: MLPClassifier, tmp_path: Path
) -> None:
    path = saved(trained, scale, tmp_path / "mlp.onnx", softmax=softmax)
    given = {"x": SCALED[scale], "labels": LABELS} if labelled else SCALED[scale]
    assert warnings(path, given) == []


@pytest.mark.parametrize(
    ("wanted", "given"), [("0 to 255", "0 to 1"), ("0 to 255", "-1 to 1"), ("-1 to 1", "0 to 1")]
)
def test_labels_tell_another_scale(
    wanted: str, given: str, trained: MLPClassifier, tmp_path: Path
) -> None:
    path = saved(trained, wanted, tmp_path / "mlp.onnx")
    (note,) = warnings(path, {"x": SCALED[given], "labels": LABELS})
    assert f"range from {given}, and the network in float is right on " in note
    assert f"were they {wanted}, on 9" in note


@pytest.mark.parametrize("softmax", [False, True])
@pytest.mark.parametrize(
    ("wanted", "given", "why", "labelled"),
    [
        ("0 to 1", "0 to 255", "has no doubt of any", False),
        ("0 to 1", "0 to 255", "has no doubt of any", True),  # all right in spite of it
        ("0 to 255", "0 to 1", "says one class of nearly all", False),
    ],
)
def test_without_wrong_labels_the_network_tells(
    wanted: str,
    given: str,
    why: str,
    labelled: bool,
    softmax: bool,
    trained: MLPClassifier,
    tmp_path: Path,
) -> None:
    path = saved(trained, wanted, tmp_path / "mlp.onnx", softmax=softmax)
    labels = {"labels": LABELS} if labelled else {}
    (note,) = warnings(path, {"x": SCALED[given]} | labels)
    assert note == (
        f"WARNING: samples of input 'x' range from {given}, and the network {why}; "
        f"were they {wanted}, it would tell them apart: scale them as in training "
        "(of images: --image-range)"
    )


def test_one_class_in_all_samples_is_no_oddity_by_itself(
    trained: MLPClassifier, tmp_path: Path
) -> None:
    path = saved(trained, "0 to 1", tmp_path / "mlp.onnx")
    assert warnings(path, UNIT[LABELS == 0].repeat(5, axis=0)) == []


def test_a_sample_that_is_scaled_unlike_the_others_is_named() -> None:
    array = np.concatenate([UNIT, UNIT[:2] * 255])
    (note,) = unlike_others("x", array)
    assert note == (
        "WARNING: 2 of 130 samples of input 'x' reach 255, most only 1: are all scaled alike? (the first is "
        "number 128)"
    )
    assert unlike_others("x", UNIT) == []
