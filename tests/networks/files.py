"""The exported networks, inputs for them, and ONNX Runtime on them: in float, and its quantiser."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto
from onnxruntime import quantization

from tinycompile.pipeline import Compiled
from tinycompile.simulate import harness
from tinycompile.simulate.inputs import to_program, to_source

Array = NDArray[Any]
Feed = dict[str, Array]  # by input
MODELS = Path(__file__).parent / "models"
NAMES = sorted(path.stem for path in MODELS.glob("*.onnx"))
WORDS = 30  # of the smallest table that inputs are indices of
CALIBRATED = 64  # inputs, from another seed than those that outputs are compared for
# Of these ONNX Runtime's quantiser cannot make a scale per channel: it counts those of one group.
PER_TENSOR = ("autoencoder",)


def sampled(*names: str) -> list[object]:
    """All networks; those not named are left to the sweep."""
    assert set(names) <= set(NAMES)
    return [n if n in names else pytest.param(n, marks=pytest.mark.sweep) for n in NAMES]


def path(name: str) -> Path:
    return MODELS / f"{name}.onnx"


def feeds(name: str, count: int, seed: int) -> list[Feed]:
    rng = np.random.default_rng(seed)
    inputs = onnx.load(path(name)).graph.input

    def values(tensor: Any) -> Array:
        shape = [int(d.dim_value) for d in tensor.shape.dim]
        if tensor.elem_type == TensorProto.INT64:
            return rng.integers(0, WORDS, shape)
        return rng.normal(size=shape).astype(np.float32)

    return [{value.name: values(value.type.tensor_type) for value in inputs} for _ in range(count)]


def stacked(samples: Sequence[Feed]) -> Feed:
    """As calibration data are given."""
    return {name: np.stack([feed[name] for feed in samples]) for name in samples[0]}


def run_onnxruntime(model: Path, samples: Sequence[Feed]) -> list[Feed]:
    """The outputs by name, without optimisations."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return [dict(zip(names, session.run(None, feed), strict=True)) for feed in samples]


class _Samples(quantization.CalibrationDataReader):
    def __init__(self, samples: Sequence[Feed]) -> None:
        self.feeds: Iterator[Feed] = iter(samples)

    def get_next(self) -> Feed | None:
        return next(self.feeds, None)


def quantised(name: str, folder: Path) -> Path:
    """By ONNX Runtime's static quantiser, as its documentation has it: QDQ, int8, min-max."""
    prepared, made = folder / "prepared.onnx", folder / f"{name}.onnx"
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it recommends what is done
    try:
        quantization.quant_pre_process(path(name), prepared, skip_symbolic_shape=True)
        quantization.quantize_static(
            prepared, made, _Samples(feeds(name, CALIBRATED, 1)),
            quant_format=quantization.QuantFormat.QDQ, per_channel=name not in PER_TENSOR,
            activation_type=quantization.QuantType.QInt8, weight_type=quantization.QuantType.QInt8,
        )  # fmt: skip
    finally:
        logging.disable(disabled)
    return made


def in_c(compiled: Compiled, samples: Sequence[Feed], folder: Path) -> list[Feed]:
    """The outputs of the C on this machine, sanitized, as the model has them."""
    inputs = [
        {t.name: to_program(feed[t.name], t, compiled) for t in compiled.program.inputs}
        for feed in samples
    ]
    found = harness.run_on_host(compiled, inputs, folder, sanitize=True)
    return [{name: to_source(x, name, compiled) for name, x in run.items()} for run in found]
