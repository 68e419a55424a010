"""Frontends: a file of a trained network becomes a `Source`."""

import os
from collections.abc import Mapping
from pathlib import Path

from tinycompile.errors import InvalidModel
from tinycompile.frontend.source import Source

TFLITE, ONNX = "TFLite", "ONNX"


def load(path: Path, *, shapes: Mapping[str, tuple[int, ...]]) -> Source:
    """Import `path`."""
    if kind(path) == TFLITE:
        from tinycompile.frontend import tflite

        return tflite.load(path, shapes=shapes)
    from tinycompile.frontend import onnx

    return onnx.load(path, shapes=shapes)


def kind(path: Path) -> str:
    """What `path` is: TFLite says so in its first bytes, ONNX by its suffix."""
    if not os.path.isfile(path):
        raise InvalidModel(f"{path}: no such file")
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise InvalidModel(f"{path}: cannot read it: {error.strerror}") from error
    if head[4:8] == b"TFL3" or path.suffix in (".tflite", ".lite"):
        return TFLITE
    if path.suffix == ".onnx":
        return ONNX
    raise InvalidModel(f"{path}: not a model this compiler reads (allowed: .onnx, .tflite)")
