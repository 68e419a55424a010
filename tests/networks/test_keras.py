"""Keras's MultiHeadAttention in the four formats of TFLite: every layer is that of TFLite Micro."""

import pytest

import tinycompile
from tests.networks.files import MODELS
from tinycompile.simulate import verify


@pytest.mark.parametrize("kind", ["float", "dynamic", "int8", "int16"])
def test_multi_head_attention(kind: str) -> None:
    compiled = tinycompile.compile(MODELS / f"keras_attention_{kind}.tflite", target="host")
    done = verify.verify(compiled, verify.random_inputs(compiled, runs=3))
    assert done.largest_difference == 0 and done.tensors >= 0.6 * done.total
    integers = kind.startswith("int")
    assert integers == any("matmul_s" in layer.kernel.symbol for layer in compiled.program.layers)
