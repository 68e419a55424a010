"""Frontends: a file of a trained network becomes a `Source`."""

from collections.abc import Mapping
from pathlib import Path

from tinycompile.errors import InvalidModel
from tinycompile.frontend.source import Source


def load(path: Path, *, shapes: Mapping[str, tuple[int, ...]]) -> Source:
    """Import `path` by what it is: TFLite says so in its first bytes, ONNX by its suffix."""
    if not path.is_file():
        raise InvalidModel(f"{path}: no such file")
    with path.open("rb") as file:
        head = file.read(8)
    if head[4:8] == b"TFL3" or path.suffix in (".tflite", ".lite"):
        from tinycompile.frontend import tflite

        return tflite.load(path, shapes=shapes)
    if path.suffix == ".onnx":
        from tinycompile.frontend import onnx

        return onnx.load(path, shapes=shapes)
    raise InvalidModel(f"{path}: not a model this compiler reads (allowed: .onnx, .tflite)")
