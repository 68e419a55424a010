"""Networks that --quantize makes int8: the C is what the quantised module says, and little is lost."""

import re

import pytest

import tinycompile
from tests.networks.files import CALIBRATED, WORDS, feeds, path, sampled, stacked
from tinycompile.errors import InvalidCalibration
from tinycompile.pipeline import Compiled
from tinycompile.simulate import verify

IN_CI = (
    "autoencoder", "capsule", "convnext_opset14", "forecast", "language", "linear_attention",
    "mobilenet_v3", "prelu_face", "topk_head",
)  # fmt: skip
ENOUGH = 25  # dB at the outputs
LEAST = {"yolo": 10}  # centres, extents and scores are one tensor


def quantised(name: str, **more: object) -> Compiled:
    samples = stacked(feeds(name, CALIBRATED, seed=1))
    return tinycompile.compile(path(name), quantize=samples, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sampled(*IN_CI))
def test_layers_are_those_of_the_quantised_network(name: str) -> None:
    compiled = quantised(name, target="host")
    inputs = verify.random_inputs(compiled, runs=3)
    for arrays in inputs:
        arrays |= {n: x % WORDS for n, x in arrays.items() if x.dtype == "int64"}
    assert verify.verify(compiled, inputs).largest_difference <= 1
    assert compiled.quantized is not None
    integers = {t.name for t in compiled.program.outputs if t.dtype == "int64"}
    found = compiled.quantized.report["outputs"]
    assert min(v for n, v in found.items() if n not in integers) > LEAST.get(name, ENOUGH)


def test_on_a_simulated_core(qemu: str) -> None:
    compiled = quantised("masked_attention", target="cortex-m4")
    assert "as on the host" in verify.run_on_target(
        compiled, verify.random_inputs(compiled, runs=2)
    )


def test_what_stays_float_is_told() -> None:
    notes = quantised("glu", target="cortex-m4").source.notes
    (told,) = (note for note in notes if "float" in note)
    assert re.fullmatch(
        r"3 operators stay float between int8 tensors, an estimated \d+% of the time: "
        r'LayerNormalization "node_layer_norm", LayerNormalization "node_layer_norm_1", LogSoftmax "\w+"',
        told,
    )
    assert not any("float" in note for note in quantised("resnet", target="cortex-m4").source.notes)


def test_tokens_beside_the_table_are_refused() -> None:
    samples = stacked(feeds("language", CALIBRATED, seed=1))
    samples["input0"][5] = WORDS
    words = "input 'input0' is 30 in sample 5; the table that it indexes has 30 rows, 0 to 29$"
    with pytest.raises(InvalidCalibration, match=words):
        tinycompile.compile(path("language"), quantize=samples)
