"""Samples given by the user: .npy, .npz, a folder, a Python callable, arrays; checked before use."""

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.errors import InvalidCalibration
from tinycompile.quantize.images import Preprocessing, load_folder

LABELS = ("labels", "label", "y")  # names of an array of classes in an .npz
FEW = 16  # samples; with fewer the ranges are guesses
RANDOM = "random"
RANDOM_SAMPLES = 64


@dataclass(frozen=True)
class Calibration:
    """`feeds` by input, (samples, *shape) in the model's layout; `labels` one class per sample."""

    feeds: dict[str, NDArray[np.float32]]
    labels: NDArray[np.int64] | None
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(next(iter(self.feeds.values())))


Shapes = Mapping[str, tuple[int, ...]]  # of the inputs, as the model has them


def load(given: Any, shapes: Shapes, preprocessing: Preprocessing | None = None) -> Calibration:
    """`given` is a path, "random", "module:function", a callable, arrays by name, or one array.

    Raises InvalidCalibration for data that does not fit inputs of `shapes`.
    """
    where, data, notes = _read(given, shapes, preprocessing or Preprocessing())
    arrays = _by_input(where, data, shapes)
    labels = _labels(where, data)
    feeds = {name: _checked(where, name, arrays[name], shape) for name, shape in shapes.items()}
    counts = {name: len(array) for name, array in feeds.items()}
    if labels is not None:
        counts["labels"] = len(labels)
    if len(set(counts.values())) > 1:
        found = ", ".join(f"{count} of {name!r}" for name, count in counts.items())
        raise InvalidCalibration(f"{where}: the numbers of samples differ: {found}")
    count = next(iter(counts.values()))
    if count < FEW:
        notes.append(
            f"{where}: only {count} calibration samples; ranges may be too narrow for real data "
            f"(give 100 or more, at least {FEW})"
        )
    for name, array in feeds.items():
        if float(array.min()) == float(array.max()):
            notes.append(f"{where}: input {name!r} is {array.flat[0]:g} in all samples")
    return Calibration(feeds, labels, tuple(notes))


def _read(
    given: Any, shapes: Shapes, preprocessing: Preprocessing
) -> tuple[str, dict[str, Any], list[str]]:
    """What it is called in messages, the arrays by name ("" if it has none), and notes."""
    if isinstance(given, Calibration):
        labels = {} if given.labels is None else {"labels": given.labels}
        return "calibration data", {**given.feeds, **labels}, list(given.notes)
    if isinstance(given, Mapping):
        return "calibration data", dict(given), []
    if isinstance(given, np.ndarray):
        return "calibration data", {"": given}, []
    if callable(given):
        return "calibration function", _called(given, getattr(given, "__name__", "?")), []
    if str(given) == RANDOM:
        return RANDOM, _noise(shapes), [
            "WARNING: quantised with random noise (--quantize random): ranges do not fit real data and the "
            "accuracy is UNKNOWN; give real samples before you ship this"
        ]  # fmt: skip
    return str(given), _from_name(str(given), shapes, preprocessing), []


def _from_name(given: str, shapes: Shapes, preprocessing: Preprocessing) -> dict[str, Any]:
    path = Path(given)
    if path.is_dir():
        return load_folder(path, shapes, preprocessing)
    if path.suffix in (".npy", ".npz"):
        try:
            data = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise InvalidCalibration(
                f"{path}: not a readable .npy or .npz file: {error}"
            ) from error
        return {"": data} if isinstance(data, np.ndarray) else {k: data[k] for k in data.files}
    module, colon, function = given.partition(":")
    if colon and not path.exists():
        return _called(_imported(given, module, function), given)
    raise InvalidCalibration(
        f"{given}: no calibration data (allowed: .npy, .npz, a folder of images or .npy files, "
        "module:function, random)"
    )


def _imported(given: str, module: str, function: str) -> Any:
    sys.path.insert(0, "")
    try:
        return getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise InvalidCalibration(f"{given}: cannot import it: {error}") from error
    finally:
        sys.path.remove("")


def _called(function: Any, name: str) -> dict[str, Any]:
    """The function returns an array, arrays by name, or (array, labels)."""
    data = function()
    if isinstance(data, Mapping):
        return dict(data)
    if isinstance(data, tuple) and len(data) == 2:
        return {"": np.asarray(data[0]), "labels": np.asarray(data[1])}
    if isinstance(data, np.ndarray):
        return {"": data}
    raise InvalidCalibration(
        f"{name}: it returned {type(data).__name__}; allowed are an array, (array, labels), arrays by name"
    )


def _noise(shapes: Shapes) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {
        name: rng.normal(size=(RANDOM_SAMPLES, *shape)).astype(np.float32)
        for name, shape in shapes.items()
    }


def _by_input(where: str, data: dict[str, Any], shapes: Shapes) -> dict[str, Any]:
    """The array of each input; the only one under any name goes to the only input."""
    arrays = {name: array for name, array in data.items() if name in shapes or name not in LABELS}
    if len(shapes) == 1 and len(arrays) == 1:
        return {next(iter(shapes)): next(iter(arrays.values()))}
    for name in shapes:
        if name not in arrays:
            has = ", ".join(repr(n) for n in arrays if n) or "one array without a name"
            raise InvalidCalibration(f"{where}: no array for input {name!r} (it has {has})")
    return arrays


def _labels(where: str, data: dict[str, Any]) -> NDArray[np.int64] | None:
    found = next((data[name] for name in LABELS if name in data), None)
    if found is None:
        return None
    labels = np.asarray(found).squeeze()
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise InvalidCalibration(
            f"{where}: labels are {labels.dtype} of shape {labels.shape}; allowed is one integer a sample"
        )
    return labels.astype(np.int64)


def _checked(where: str, name: str, array: Any, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """`array` as (samples, *shape) in float32."""
    array = np.asarray(array)
    if array.dtype.kind not in "fiu":
        raise InvalidCalibration(f"{where}: input {name!r} is {array.dtype}; allowed are numbers")
    if array.shape == shape:
        array = array[None]
    elif array.shape[1:] != shape and shape[:1] == (1,) and array.shape[1:] == shape[1:]:
        array = array[:, None]
    if array.shape[1:] != shape or len(array) == 0:
        raise InvalidCalibration(
            f"{where}: input {name!r} has shape {array.shape}; the model takes {shape}, with the samples "
            "along the first axis"
        )
    real: NDArray[np.float32] = array.astype(np.float32)
    if not np.all(np.isfinite(real)):
        sample = int(np.argwhere(~np.isfinite(real))[0][0])
        raise InvalidCalibration(f"{where}: input {name!r} has NaN or infinity in sample {sample}")
    return real
