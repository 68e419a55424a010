"""Arithmetic of ONNX that TVM leaves out, or has for floats or constants only."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from tests.frontend.onnx_model import (
    as_in_the_file,
    assert_same_numbers,
    f32,
    i64,
    imported,
    one_node,
    random_inputs,
    run_onnxruntime,
    run_relax,
)
from tinycompile.errors import UnsupportedOperator

IMAGE = (1, 4, 6, 5)


def typed(built: onnx.ModelProto, *elements: int) -> onnx.ModelProto:
    for value, element in zip(built.graph.input, elements, strict=True):
        value.type.tensor_type.elem_type = element
    return built


def integers(operator: str, exponent: object, element: int) -> onnx.ModelProto:
    return typed(one_node(operator, [(8,)], {"e": exponent}), element)


FORMS = {
    "clip between inputs": one_node("Clip", [IMAGE, (), ()]),
    "clip below an input": one_node("Clip", [IMAGE], {"": None}, opset=13),
    "clip where bounds cross": one_node("Clip", [IMAGE], {"a": f32() + 3, "b": f32() - 3}),
    "power of an integer": integers("Pow", np.array(3, np.int32), TensorProto.INT32),
    "power by a real": integers("Pow", np.array(1.0, np.float32), TensorProto.INT32),
    "power of a real by integers": one_node("Pow", [(1, 4)], {"e": i64(0, 1, 2, 3)}),
    "remainder of reals": one_node("Mod", [(4, 5), (5,)], fmod=1),
    "minus infinity": one_node("IsInf", [IMAGE], detect_positive=0),
    "nothing infinite": one_node("IsInf", [IMAGE], detect_positive=0, detect_negative=0),
    "unit matrix": one_node("EyeLike", [(3, 5)], k=1, dtype=TensorProto.INT32),
    "blocks, channels first": one_node("DepthToSpace", [(1, 8, 3, 5)], blocksize=2, mode="CRD"),
    "slopes of a part": one_node("PRelu", [IMAGE], {"s": f32(4, 6, 1)}),
    "slopes that are computed": one_node("PRelu", [IMAGE, (4, 1, 1)]),
    "one slope that is computed": one_node("PRelu", [IMAGE, (1,)]),
    "statistics that are computed": one_node("BatchNormalization", [IMAGE, (4,), (4,), (4,)],
                                             {"v": np.abs(f32(4))}),
    "padding that is computed": one_node("Pad", [(3, 4), ()], opset=13),
    "padding that cuts off": one_node("Pad", [IMAGE], {"p": i64(0, 0, -1, 2, 0, 0, 3, -2)}),
    "last of equal values": one_node("ArgMax", [IMAGE], axis=2, select_last_index=1),
    "last of the smallest": one_node("ArgMin", [IMAGE], axis=1, select_last_index=1, keepdims=0),
    "mask of a dropout": one_node("Dropout", [IMAGE], outputs=2),
    "p norm": one_node("LpNormalization", [IMAGE], axis=1, p=1),
    "columns to image": one_node("Col2Im", [(1, 12, 20)], {"i": i64(5, 6), "b": i64(2, 2)}, opset=18,
                                 pads=[0, 0, 0, 0]),
    "spectrum": one_node("DFT", [(1, 10, 1)], opset=17, axis=1, onesided=1),
    "spectrum of a part": one_node("DFT", [(2, 3, 10, 2)], {"n": np.array(8)}, opset=17, axis=2),
    "inverse spectrum": one_node("DFT", [(1, 10, 2)], opset=17, axis=1, inverse=1),
    "spectra of frames": one_node("STFT", [(1, 32, 1)], {"s": np.array(8), "w": f32(16)}, opset=17),
    "moments of a layer norm": one_node("LayerNormalization", [(2, 3, 8)], {"g": f32(8), "b": f32(8)},
                                        outputs=3, opset=17),
}  # fmt: skip
FORMS["clip below an input"].graph.node[0].input.append("x1")
FORMS["clip below an input"].graph.input.append(
    onnx.helper.make_tensor_value_info("x1", TensorProto.FLOAT, ())
)
FORMS["padding that is computed"].graph.node[0].input.insert(1, "p")
FORMS["padding that is computed"].graph.initializer.append(
    onnx.numpy_helper.from_array(i64(1, 0, 0, 2), "p")
)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_computes_the_same_numbers(name: str, tmp_path: Path) -> None:
    assert_same_numbers(FORMS[name], imported(FORMS[name], tmp_path))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_one_of_two_values(axis: int, tmp_path: Path) -> None:
    built = one_node("OneHot", [(3, 4), (2,)], axis=axis)
    built.graph.node[0].input.insert(1, "d")
    built.graph.initializer.append(onnx.numpy_helper.from_array(np.array(5), "d"))
    typed(built, TensorProto.INT64, TensorProto.FLOAT)
    source = imported(built, tmp_path)
    indices = np.random.default_rng(0).integers(-5, 5, (3, 4))
    values = f32(2)
    (found,) = run_relax(source.module, [indices, values])
    (expected,) = run_onnxruntime(built, {"x0": indices, "x1": values})
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("exclusive", "reverse"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_a_running_product(exclusive: int, reverse: int, tmp_path: Path) -> None:
    """ONNX Runtime has none yet."""
    built = one_node(
        "CumProd", [(3, 5)], {"axis": np.array(1)}, opset=26, exclusive=exclusive, reverse=reverse
    )
    x = f32(3, 5)
    (found,) = run_relax(imported(built, tmp_path).module, [x])
    turned = x[:, ::-1] if reverse else x
    if exclusive:
        turned = np.concatenate([np.ones((3, 1)), turned[:, :-1]], axis=1)
    expected = np.cumprod(turned, axis=1)
    np.testing.assert_allclose(found, expected[:, ::-1] if reverse else expected, rtol=1e-5)


@pytest.mark.parametrize("opset", [13, 18])
def test_what_hardly_moves_has_a_deviation(opset: int, tmp_path: Path) -> None:
    """ONNX Runtime has E[x^2] - E[x]^2, which is 0.0003 beside here, and no number where nothing moves."""
    built = one_node("MeanVarianceNormalization", [IMAGE], opset=opset)
    module = imported(built, tmp_path).module
    x = f32(*IMAGE) * 1e-3 + 5
    centred = x - x.astype(np.float64).mean((0, 2, 3), keepdims=True)
    (found,) = run_relax(module, [x])
    expected = centred / centred.std((0, 2, 3), keepdims=True)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    (found,) = run_relax(module, [np.full(IMAGE, 3.7, np.float32)])
    assert np.isfinite(found).all()


def test_a_remainder_has_the_sign_of_the_divisor(tmp_path: Path) -> None:
    """ONNX Runtime has it for integers only."""
    built = one_node("Mod", [(4, 5), (5,)])
    source = imported(built, tmp_path)
    inputs = random_inputs(source)
    (found,) = run_relax(source.module, [inputs["x0"], inputs["x1"]])
    np.testing.assert_allclose(found, np.mod(inputs["x0"], inputs["x1"]), rtol=1e-5)


def test_powers_by_integers_that_are_computed_are_exact(tmp_path: Path) -> None:
    built = typed(one_node("Pow", [(6,), (6,)]), TensorProto.INT64, TensorProto.INT64)
    source = imported(built, tmp_path)
    base, exponent = np.array([-3, -1, 0, 1, 2, 7]), np.array([5, 63, 3, 9, 62, 13])
    (found,) = run_relax(source.module, [base, exponent])
    np.testing.assert_array_equal(found, base**exponent)
    assert as_in_the_file(built, random_inputs(source)).keys() == {"x0", "x1"}


def test_a_negative_power_of_an_integer_is_refused(tmp_path: Path) -> None:
    built = integers("Pow", np.array(-1, np.int32), TensorProto.INT32)
    with pytest.raises(UnsupportedOperator, match='Pow "node": its exponent is negative'):
        imported(built, tmp_path)
