"""Samples given by the user: .npy, .npz, a folder, a Python callable, arrays; checked before use."""

import importlib
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import numpy_file
from tinycompile.errors import InvalidCalibration, InvalidOption
from tinycompile.quantize.calibration.images import Preprocessing, load_folder

LABELS = ("labels", "label", "y")  # names of an array of classes in an .npz
FEW = 16  # samples; with fewer the ranges are guesses
RANDOM = "random"
RANDOM_SAMPLES = 64


@dataclass(frozen=True)
class Calibration:
    """`feeds` by input, (samples, *shape) in the model's layout and type; `labels` one class per sample."""

    feeds: dict[str, NDArray[Any]]
    labels: NDArray[np.int64] | None
    notes: tuple[str, ...] = ()
    noise: bool = False  # made up: they say nothing of accuracy

    @property
    def count(self) -> int:
        return len(next(iter(self.feeds.values())))


Shapes = Mapping[str, tuple[int, ...]]  # of the inputs, as the model has them
Types = Mapping[str, str]  # of inputs that are not float32: tokens


def load(
    given: Any,
    shapes: Shapes,
    preprocessing: Preprocessing | None = None,
    types: Types | None = None,
) -> Calibration:
    """`given` is a path, "random", "module:function", a callable, arrays by name, or one array.

    Raises InvalidCalibration for data that does not fit inputs of `shapes` and `types`.
    """
    types = types or {}
    if types and str(given) == RANDOM:
        name, dtype = next(iter(types.items()))
        raise InvalidCalibration(
            f"{RANDOM}: input {name!r} is {dtype}, of which noise is no sample; give real ones"
        )
    where, data, notes = _read(given, shapes, preprocessing or Preprocessing())
    arrays = _by_input(where, data, shapes)
    labels = _labels(where, data)
    feeds = {
        name: _checked(where, name, arrays[name], shape, types.get(name, "float32"))
        for name, shape in shapes.items()
    }
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
    return Calibration(feeds, labels, tuple(notes), noise=where == RANDOM)


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


def check(given: Any, max_drop: float | None, prune: float | None) -> None:
    """Raise what can be said against the options before the model is known."""
    if given is None and max_drop is not None:
        raise InvalidOption("--max-drop limits what --quantize may lose; give --quantize, too")
    if given is None and prune is not None:
        raise InvalidOption(
            "--prune leaves channels of a float model out while it is quantised; give --quantize, too"
        )
    if max_drop is not None and not max_drop >= 0:
        raise InvalidOption(f"--max-drop {max_drop:g}: must be a number from 0 on")
    if isinstance(given, str | Path) and str(given) != RANDOM:
        _kind(str(given))


def _kind(given: str) -> str:
    """What is called `given`: "folder", "file" or "module"; raises if there is no such thing."""
    if os.path.isdir(given):
        return "folder"
    if given.endswith((".npy", ".npz")):
        if not os.path.isfile(given):
            raise InvalidCalibration(f"{given}: not a readable .npy or .npz file: no such file")
        return "file"
    module, colon, function = given.partition(":")
    words = [*module.split("."), function]
    if colon and not os.path.exists(given) and all(word.isidentifier() for word in words):
        return "module"
    raise InvalidCalibration(
        f"{given}: no calibration data (allowed: .npy, .npz, a folder of images or .npy files, "
        "module:function, random)"
    )


def _from_name(given: str, shapes: Shapes, preprocessing: Preprocessing) -> dict[str, Any]:
    kind = _kind(given)
    if kind == "folder":
        return load_folder(Path(given), shapes, preprocessing)
    if kind == "file":
        return dict(numpy_file.read(Path(given), InvalidCalibration))
    return _called(_imported(given), given)


def _imported(given: str) -> Any:
    module, _, function = given.partition(":")
    sys.path.insert(0, "")
    try:
        return getattr(importlib.import_module(module), function)
    except (Exception, SystemExit) as error:  # the user's own code
        raise InvalidCalibration(f"{given}: cannot import it: {_words(error)}") from error
    finally:
        sys.path.remove("")


def _words(error: BaseException) -> str:
    """On an exception in the user's code: what, and where."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename[:1] != "<"]
    at = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    return " ".join(f"{type(error).__name__}: {error}{at}".split())


def _called(function: Any, name: str) -> dict[str, Any]:
    """The function returns an array, arrays by name, or (array, labels)."""
    if not callable(function):
        raise InvalidCalibration(f"{name}: it is {type(function).__name__}, not a function")
    try:
        data = function()
    except (Exception, SystemExit) as error:  # the user's own code
        raise InvalidCalibration(f"{name}: it raised {_words(error)}") from error
    if isinstance(data, Mapping):
        return dict(data)
    if isinstance(data, tuple) and len(data) == 2:
        return {"": data[0], "labels": data[1]}
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
    labels = _array(where, "labels", found).squeeze()
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise InvalidCalibration(
            f"{where}: labels are {labels.dtype} of shape {labels.shape}; allowed is one integer a sample"
        )
    return labels.astype(np.int64)


def _checked(where: str, name: str, array: Any, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    """`array` as (samples, *shape) in `dtype`."""
    array = _array(where, f"input {name!r}", array)
    if array.dtype.kind not in "fiub":
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
    if dtype != "float32":
        return _integers(where, name, array, dtype)
    with np.errstate(over="ignore"):  # told below
        real: NDArray[np.float32] = array.astype(np.float32)
    if not np.all(np.isfinite(real)):
        sample = int(np.argwhere(~np.isfinite(real))[0][0])
        raise InvalidCalibration(f"{where}: input {name!r} has NaN or infinity in sample {sample}")
    return real


def _integers(where: str, name: str, array: NDArray[Any], dtype: str) -> NDArray[Any]:
    with np.errstate(invalid="ignore"):
        found = array.astype(dtype)
    if not np.array_equal(found, array):
        raise InvalidCalibration(f"{where}: input {name!r} has numbers that are no {dtype}")
    return found


def _array(where: str, what: str, data: Any) -> NDArray[Any]:
    try:
        return np.asarray(data)
    except (TypeError, ValueError) as error:  # rows of different lengths
        raise InvalidCalibration(f"{where}: {what} is no array: {error}") from error
