"""Quantisers of QONNX and Brevitas against their definition, and against the C."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

import tinycompile
from tests.frontend.onnx_model import f32, imported, model, random_inputs, run_relax, value
from tinycompile.errors import UnsupportedOperator
from tinycompile.simulate import verify

QONNX = "qonnx.custom_op.general"
IMAGE = (1, 3, 6, 6)


def defined(x: Any, scale: Any, zero: float, bits: int, *, signed: int = 1, narrow: int = 0) -> Any:
    """What QONNX says a Quant is."""
    low, high = (-(2 ** (bits - 1)) + narrow, 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return (np.rint(np.clip(x / scale + zero, low, high)) - zero) * scale


def quant(name: str, data: str, domain: str = QONNX, **attributes: Any) -> onnx.NodeProto:
    parameters = [f"{name}_{part}" for part in ("scale", "zero", "bits")]
    return helper.make_node("Quant", [data, *parameters], [name], name, domain=domain, **attributes)


def parameters(name: str, scale: Any, zero: float, bits: int) -> dict[str, Any]:
    values = {"scale": scale, "zero": zero, "bits": bits}
    return {f"{name}_{part}": np.array(v, np.float32) for part, v in values.items()}


def layer(bits: int = 4, domain: str = QONNX) -> onnx.ModelProto:
    """x -> quantised -> convolution with weights quantised per channel -> Relu -> quantised."""
    nodes = [
        quant("qx", "x", domain, signed=1, narrow=0),
        quant("qw", "w", domain, signed=1, narrow=1),
        helper.make_node("Conv", ["qx", "qw"], ["conv"], "conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv"], ["relu"], "relu"),
        quant("y", "relu", domain, signed=0, narrow=0),
    ]
    constants = {"w": f32(4, 3, 3, 3) / 4}
    constants |= parameters("qx", 0.05, 0, 8) | parameters("y", 0.06, 0, bits)
    constants |= parameters("qw", np.linspace(0.05, 0.1, 4).reshape(4, 1, 1, 1), 0, bits)
    return model(nodes, [value("x", IMAGE)], [value("y", (1, 4, 6, 6))], constants)


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_a_layer_computes_in_integers(bits: int, tmp_path: Path) -> None:
    onnx.save(layer(bits), tmp_path / "model.onnx")
    made = tinycompile.compile(tmp_path / "model.onnx")
    assert {t.dtype for t in made.program.tensors.values()} == {"int8", "float32"}
    convolutions = [lay for lay in made.program.layers if "conv2d" in lay.kernel.symbol]
    assert [lay.kernel.symbol.removesuffix("_packed_s8")[-3:] for lay in convolutions]
    assert all(lay.output.dtype == "int8" for lay in convolutions)
    done = verify.verify(made, verify.random_inputs(made, runs=3))
    assert done.largest_difference <= 1


@pytest.mark.parametrize(("bits", "signed"), [(3, 1), (8, 1), (8, 0), (12, 1)])
def test_an_activation_is_what_qonnx_defines(bits: int, signed: int, tmp_path: Path) -> None:
    built = model(
        [quant("y", "x", "onnx.brevitas", signed=signed, narrow=0)],
        [value("x", IMAGE)],
        [value("y", IMAGE)],
        parameters("y", 0.03, 0, bits),
    )
    source = imported(built, tmp_path)
    x = random_inputs(source)["x"]
    (found,) = run_relax(source.module, [x])
    np.testing.assert_allclose(
        found, defined(x, np.float32(0.03), 0, bits, signed=signed), atol=1e-6
    )


def test_signs_of_constants(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("BipolarQuant", ["w", "s"], ["q"], "signs", domain=QONNX),
        helper.make_node("MatMul", ["x", "q"], ["y"]),
    ]
    constants = {"w": f32(6, 3), "s": np.array(0.5, np.float32)}
    source = imported(model(nodes, [value("x", (2, 6))], [value("y", (2, 3))], constants), tmp_path)
    x = f32(2, 6)
    (found,) = run_relax(source.module, [x])
    np.testing.assert_allclose(found, x @ np.where(constants["w"] >= 0, 0.5, -0.5), rtol=1e-5)


def test_a_scale_that_is_computed_is_refused(tmp_path: Path) -> None:
    rest = {k: v for k, v in parameters("y", 0.1, 0, 8).items() if not k.endswith("scale")}
    inputs = [value("x", IMAGE), value("y_scale", ())]
    built = model([quant("y", "x")], inputs, [value("y", IMAGE)], rest)
    with pytest.raises(UnsupportedOperator, match='Quant "y": its scale is computed at run time'):
        imported(built, tmp_path)
