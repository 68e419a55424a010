"""Frontends: a file of a trained network becomes a `Source`."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tinycompile.errors import InvalidModel
from tinycompile.frontend.exporting import advice
from tinycompile.frontend.source import Source

if TYPE_CHECKING:  # TVM takes two seconds
    from tinycompile.frontend.custom import Operators

TFLITE, ONNX = "TFLite", "ONNX"


def load(
    path: Path,
    *,
    shapes: Mapping[str, tuple[int, ...]],
    operators: "Operators | None" = None,
    outputs: Sequence[str] = (),
) -> Source:
    """Import `path`, whose custom `operators` plug-ins know, as far as the tensors called `outputs`."""
    if kind(path) == TFLITE:
        from tinycompile.frontend.tflite import load as frontend
    else:
        from tinycompile.frontend.onnx import load as frontend
    source = frontend(path, shapes=shapes, operators=operators or {}, outputs=outputs)
    if set(source.outputs) <= set(source.inputs):
        raise InvalidModel(f"{path}: it computes nothing: its outputs are its inputs")
    return source


def kind(path: Path) -> str:
    """What `path` is: TFLite says so in its first bytes, ONNX by its suffix."""
    if words := advice(path):
        raise InvalidModel(words)
    if not os.path.isfile(path):
        raise InvalidModel(f"{path}: {'a folder' if os.path.isdir(path) else 'no such file'}")
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
