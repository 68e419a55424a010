"""Networks quantised by ONNX Runtime: every layer, fed the same, is within 1."""

from pathlib import Path

import pytest

import tinycompile
from tests.networks.files import WORDS, quantised, sampled
from tinycompile.simulate import verify

IN_CI = (
    "autoencoder", "capsule", "convnext", "efficientnet", "language", "linear_attention", "mobilenet_v3",
    "prelu_face", "transformer_encoder", "unet_bilinear",
)  # fmt: skip


@pytest.mark.parametrize("name", sampled(*IN_CI))
def test_layers_are_those_of_onnx_runtime(name: str, tmp_path: Path) -> None:
    compiled = tinycompile.compile(quantised(name, tmp_path), target="host")
    inputs = verify.random_inputs(compiled, runs=3)
    for arrays in inputs:
        arrays |= {n: x % WORDS for n, x in arrays.items() if x.dtype == "int64"}
    done = verify.verify(compiled, inputs)
    assert done.largest_difference <= 1
    assert not set(done.constant) & {t.name for t in compiled.program.outputs}
