"""Networks in float: the C has ONNX Runtime's outputs, within 1e-5 of their range."""

from pathlib import Path

import numpy as np
import pytest

import tinycompile
from tests.networks.files import feeds, in_c, path, run_onnxruntime, sampled
from tinycompile.simulate import verify

IN_CI = (
    "activations", "autoencoder", "capsule", "convnext", "convolution_3d", "language", "llama_block",
    "prelu_face", "style_transfer", "swin_windows", "topk_head", "unet_bilinear", "vit", "yolo",
)  # fmt: skip
RUNS = 3


@pytest.mark.parametrize("name", sampled(*IN_CI))
def test_outputs_are_those_of_onnx_runtime(name: str, tmp_path: Path) -> None:
    compiled = tinycompile.compile(path(name), target="host")
    samples = feeds(name, RUNS, seed=2)
    expected = run_onnxruntime(path(name), samples)
    for ours, theirs in zip(in_c(compiled, samples, tmp_path), expected, strict=True):
        for output, array in theirs.items():
            largest = float(np.abs(array).max())
            np.testing.assert_allclose(ours[output], array, rtol=0, atol=1e-5 * largest)
    assert any(np.ptp([run[n].ravel() for run in expected], 0).any() for n in expected[0])


@pytest.mark.parametrize(
    ("name", "target"), [("vit", "cortex-m4"), ("gan_generator", "cortex-m55")]
)
def test_on_a_simulated_core(name: str, target: str, qemu: str) -> None:
    compiled = tinycompile.compile(path(name), target=target, ram=1 << 18, flash=1 << 19)
    assert "as on the host" in verify.run_on_target(
        compiled, verify.random_inputs(compiled, runs=2)
    )
