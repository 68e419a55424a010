"""TFLite Micro as the oracle: every tensor of a model, bit for bit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tinycompile.errors import MissingTool, OracleFailed
from tinycompile.frontend.source import Source

ARENA_BYTES = 64 << 20  # generous: nothing is reused when all tensors are preserved


def interpreter(path: Path) -> Any:
    try:
        from tflite_micro import runtime
    except ImportError as error:
        raise MissingTool(
            "tflite-micro is not installed; pip install 'tinycompile[verify]'"
        ) from error
    try:
        return runtime.Interpreter.from_file(
            str(path),
            arena_size=ARENA_BYTES,
            intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors,
        )
    except (RuntimeError, ValueError) as error:
        raise OracleFailed(f"TFLite Micro cannot run {path.name}: {error}") from error


def run(
    source: Source, inputs: Sequence[dict[str, np.ndarray]], wanted: set[str]
) -> list[dict[str, np.ndarray]]:
    """The tensors `wanted`, by name, of one inference for each of `inputs`."""
    oracle = interpreter(source.path)
    indices = {name: i for i, name in enumerate(source.shapes) if name in wanted}
    results = []
    for arrays in inputs:
        for i, name in enumerate(source.inputs):
            oracle.set_input(arrays[name].reshape(source.shapes[name]), i)
        try:
            oracle.invoke()
        except RuntimeError as error:
            raise OracleFailed(f"TFLite Micro cannot run {source.path.name}: {error}") from error
        results.append(
            {name: oracle.GetTensor(i, 0)["tensor_data"].copy() for name, i in indices.items()}
        )
    return results
