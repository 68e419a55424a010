"""Calibration data in every form, and what is wrong with it, in one line."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinycompile.errors import InvalidCalibration
from tinycompile.quantize.calibration import load
from tinycompile.quantize.images import Preprocessing

SHAPES = {"x": (1, 2, 4, 4)}
GOOD = np.random.default_rng(0).normal(size=(20, 2, 4, 4)).astype(np.float32)


def samples() -> tuple[Any, Any]:
    return GOOD, np.arange(20) % 3


@pytest.mark.parametrize("shape", [(20, 2, 4, 4), (20, 1, 2, 4, 4)])
def test_samples_lie_along_the_first_axis(shape: tuple[int, ...]) -> None:
    found = load(GOOD.reshape(shape), SHAPES)
    assert found.feeds["x"].shape == (20, 1, 2, 4, 4) and not found.notes


def test_files_callables_and_arrays_by_name(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", GOOD)
    np.savez(tmp_path / "b.npz", images=GOOD, labels=np.arange(20) % 3)
    here = f"{__name__}:samples"
    for given in (tmp_path / "a.npy", tmp_path / "b.npz", samples, here, {"x": GOOD}):
        found = load(given, SHAPES)
        np.testing.assert_array_equal(found.feeds["x"][:, 0], GOOD)
    assert load(tmp_path / "b.npz", SHAPES).labels is not None


def test_a_folder_of_images_by_class(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    for name, value in (("cat", 0), ("dog", 255)):
        (tmp_path / name).mkdir()
        for i in range(10):
            image.new("RGB", (9, 7), (value, value, 51)).save(tmp_path / name / f"{i}.png")
    made = Preprocessing(low=-1.0, high=1.0)
    found = load(tmp_path, {"x": (1, 3, 4, 4)}, made)  # NCHW
    assert found.labels is not None and found.labels.tolist() == [0] * 10 + [1] * 10
    np.testing.assert_allclose(found.feeds["x"][0, 0, :, 0, 0], [-1, -1, -0.6], atol=1e-6)
    grey = load(tmp_path, {"x": (1, 4, 4, 1)}, Preprocessing(mean=(0.5,), std=(0.5,)))
    assert grey.feeds["x"].shape == (20, 1, 4, 4, 1)


def test_a_folder_of_arrays(tmp_path: Path) -> None:
    for i, sample in enumerate(GOOD):
        np.save(tmp_path / f"{i:02}.npy", sample)
    np.testing.assert_array_equal(load(tmp_path, SHAPES).feeds["x"][:, 0], GOOD)


def broken(value: float) -> Any:
    array = GOOD.copy()
    array[7, 0, 0, 0] = value
    return array


BAD: dict[str, tuple[Any, str]] = {
    "shape": (GOOD[:, :1], r"has shape \(20, 1, 4, 4\); the model takes \(1, 2, 4, 4\)"),
    "empty": (GOOD[:0], r"has shape \(0, "),
    "type": (GOOD.astype(str), "allowed are numbers"),
    "nan": (broken(np.nan), "NaN or infinity in sample 7"),
    "infinity": (broken(np.inf), "NaN or infinity in sample 7"),
    "name": ({"z": GOOD, "w": GOOD}, "no array for input 'x' .it has 'z', 'w'"),
    "labels": ({"x": GOOD, "labels": np.arange(19)}, "samples differ: 20 of 'x', 19 of 'labels'"),
    "label type": ({"x": GOOD, "labels": np.ones(20)}, "labels are float64"),
    "callable": (lambda: 3, "it returned int"),
    "module": ("no_such_module:f", "cannot import it"),
    "file": ("missing.npy", "not a readable"),
    "nothing": ("missing", "no calibration data .allowed"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_fit_is_an_error_of_one_line(case: str) -> None:
    given, message = BAD[case]
    with pytest.raises(InvalidCalibration, match=message) as found:
        load(given, SHAPES)
    assert "\n" not in str(found.value)


def test_few_samples_constants_and_noise_are_noted() -> None:
    assert "only 3 calibration samples" in load(GOOD[:3], SHAPES).notes[0]
    assert "is 1 in all samples" in load(np.ones_like(GOOD), SHAPES).notes[0]
    assert "accuracy is UNKNOWN" in load("random", SHAPES).notes[0]
