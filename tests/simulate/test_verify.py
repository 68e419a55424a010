"""--verify compares every tensor that file and program share, and says how many that is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.frontend.onnx_model import INT8, UINT8, Array, integers, model, one_node, reals, value
from tests.recurrent import Layer
from tests.tflite_model import Model
from tinycompile.errors import Mismatch, OracleFailed
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate import verify
from tinycompile.simulate.oracle_onnx import with_unsigned_weights
from tinycompile.simulate.reference import OnnxRuntime, Reference

Node = tuple[Any, ...]


def compiled(file: onnx.ModelProto | bytes, folder: Path) -> Compiled:
    path = folder / ("m.tflite" if isinstance(file, bytes) else "m.onnx")
    path.write_bytes(file if isinstance(file, bytes) else file.SerializeToString())
    return compile(path, target="host")


def verified(file: onnx.ModelProto | bytes, folder: Path, runs: int = 3) -> verify.Verified:
    result = compiled(file, folder)
    return verify.verify(result, verify.random_inputs(result, runs))


def damaged(result: Compiled, old: str, new: str) -> Compiled:
    """The compiled model with other text in its C."""
    files = {name: text.replace(old, new) for name, text in result.files.items()}
    assert files != result.files
    return replace(result, files=files)


def quantised(*nodes: Node, shape: tuple[int, ...], last: str, **constants: Array) -> Any:
    """A graph of (operator, inputs, output) from int8 x to int8 `last`."""
    made = [helper.make_node(op, ins, [out], name=f"make_{out}") for op, ins, out in nodes]
    known = {"s": reals(0.05), "z": np.array(0, np.int8)} | constants
    return model(made, [value("x", shape, INT8)], [value(last, None, INT8)], known, 17)


def conv1d(count: int) -> Any:
    nodes: list[Node] = [("DequantizeLinear", ["wq", "ws", "z"], "w")]
    x = "x"
    for k in range(count):
        nodes.append(("DequantizeLinear", [x, "s", "z"], f"d{k}"))
        nodes.append(("Conv", [f"d{k}", "w"], f"f{k}"))
        nodes.append(("QuantizeLinear", [f"f{k}", "s", "z"], x := f"y{k}"))
    weights = {"wq": integers("int8", 3, 3, 2), "ws": reals(0.01)}
    return quantised(*nodes, shape=(1, 3, 12), last=x, **weights)


@pytest.mark.parametrize("count", [1, 3])
def test_one_dimensional_convolutions_are_compared(count: int, tmp_path: Path) -> None:
    done = verified(conv1d(count), tmp_path)
    assert (done.tensors, done.unseen) == (done.total, ())
    assert f"compared {count + 1} of {count + 1} tensors with ONNX Runtime" in str(done)


def test_a_relu_of_a_finer_scale_is_no_false_alarm(tmp_path: Path) -> None:
    """The convolution may be off by one, which the finer scale makes four: each is compared on its own."""
    file = quantised(
        ("DequantizeLinear", ["x", "s", "z"], "d"),
        ("DequantizeLinear", ["wq", "ws", "z"], "w"),
        ("Conv", ["d", "w"], "f"),
        ("QuantizeLinear", ["f", "s", "z"], "conv_q"),
        ("DequantizeLinear", ["conv_q", "s", "z"], "e"),
        ("Relu", ["e"], "g"),
        ("QuantizeLinear", ["g", "fine", "low"], "y"),
        shape=(1, 1, 40, 40), last="y", wq=integers("int8", 16, 1, 3, 5), ws=reals(0.01),
        fine=reals(0.015), low=np.array(-128, np.int8),
    )  # fmt: skip
    done = verified(file, tmp_path, runs=9)
    assert (done.tensors, done.total) == (2, 2)


def test_a_shape_that_onnx_infers_wrongly_is_no_obstacle(tmp_path: Path) -> None:
    result = compiled(conv1d(2), tmp_path)
    result.source.shapes["y0"] = (1, 3, 99)
    assert verify.verify(result, verify.random_inputs(result, 2)).unseen == ()


def pooled(relu: str = "Relu") -> Any:
    """Two convolutions with a pool between them, whose transposes all cancel, and a reshape."""
    weights = {"a": reals(*np.linspace(-1, 1, 72)).reshape(4, 2, 3, 3)}
    weights |= {"b": reals(*np.linspace(1, -1, 144)).reshape(4, 4, 3, 3)}
    nodes = [
        helper.make_node("Conv", ["x", "a"], ["first"], name="first"),
        helper.make_node("MaxPool", ["first"], ["pool"], name="pool", kernel_shape=[2, 2]),
        helper.make_node("Conv", ["pool", "b"], ["second"], name="second"),
        helper.make_node(relu, ["second"], ["last"], name="last"),
        helper.make_node("Flatten", ["last"], ["flat"], name="flat"),
    ]
    return model(nodes, [value("x", (1, 2, 9, 8))], [value("flat", None)], weights, 17)


def test_pools_of_images_in_another_layout_are_compared(tmp_path: Path) -> None:
    done = verified(pooled(), tmp_path)
    assert (done.tensors, done.unseen) == (done.total, ())
    assert done.floats == done.tensors


def test_an_output_that_is_a_reshape_is_compared(tmp_path: Path) -> None:
    nodes = [helper.make_node("Mul", ["x", "c"], ["m"]), helper.make_node("Flatten", ["m"], ["y"])]
    constants = {"c": reals(1.5)}
    file = model(nodes, [value("x", (2, 3, 4))], [value("y", None)], constants, 17)
    result = compiled(file, tmp_path)
    inputs = verify.random_inputs(result, 2)
    done = verify.verify(result, inputs)
    assert (done.tensors, done.total, done.elements) == (2, 2, 2 * 2 * 24)
    with pytest.raises(Mismatch, match="of run 0: first at"):
        verify.verify(damaged(result, "1.5f", "1.6f"), inputs)


def test_an_output_that_the_reference_has_not_is_an_error(tmp_path: Path) -> None:
    result = compiled(one_node("Relu", [(1, 8)]), tmp_path)
    result.source.path = tmp_path / "other.onnx"
    other = model(
        [helper.make_node("Relu", ["x0"], ["other"])], [value("x0", (1, 8))], [value("other", None)]
    )
    result.source.path.write_bytes(other.SerializeToString())
    with pytest.raises(OracleFailed, match="output 'y0' cannot be compared: the reference has"):
        verify.verify(result, verify.random_inputs(result, 2))


@pytest.mark.parametrize("operator", ["Sigmoid", "Tanh", "Erf", "Exp"])
def test_functions_near_0_are_no_false_alarm(operator: str, tmp_path: Path) -> None:
    """ONNX Runtime's sigmoid of -9.5 is right to four digits only."""
    result = compiled(one_node(operator, [(1, 300)]), tmp_path)
    inputs = [{"x0": np.linspace(-14, 3, 300, dtype=np.float32)[None]}]
    assert verify.verify(result, inputs).floats == 1


def test_a_mean_that_cancels_is_no_false_alarm(tmp_path: Path) -> None:
    file = one_node("ReduceMean", [(1, 64, 5)], axes=[1])
    result = compiled(file, tmp_path)
    rng = np.random.default_rng(0)
    half = rng.normal(0, 100, (1, 32, 5))
    around_0 = np.concatenate([half, -half + 1e-4 * rng.normal(0, 1, half.shape)], axis=1)
    inputs = [{"x0": rng.permuted(around_0, axis=1).astype(np.float32)} for _ in range(20)]
    assert verify.verify(result, inputs).floats == 1


def test_a_float_that_is_wrong_by_little_is_found(tmp_path: Path) -> None:
    result = compiled(one_node("Mul", [(1, 50)], {"c": reals(1.5)}), tmp_path)
    wrong = damaged(result, "1.5f", "1.50001f")
    inputs = verify.random_inputs(result, 2)
    verify.verify(result, inputs)
    with pytest.raises(Mismatch, match="Mul"):
        verify.verify(wrong, inputs)


def test_nan_and_infinity_are_compared_as_such(tmp_path: Path) -> None:
    result = compiled(one_node("Log", [(1, 4)]), tmp_path)
    values = np.array([[-1, 0, 1, np.inf]], np.float32)
    done = verify.verify(result, [{"x0": values}])
    assert done.not_finite == ("y0",)
    assert "NaN or infinite: y0" in str(done)
    assert not verify.verify(result, [{"x0": np.abs(values[:, [2, 2, 0, 0]])}]).not_finite


def test_random_inputs_of_a_float_model_are_plausible(tmp_path: Path) -> None:
    result = compiled(one_node("Sqrt", [(1, 200)]), tmp_path)
    values = [arrays["x0"] for arrays in verify.random_inputs(result, 12)]
    assert max(np.abs(v).max() for v in values) < 2
    assert sum(v.min() >= 0 for v in values) >= 4  # images, and what is under a root or logarithm
    assert sum(v.min() < 0 for v in values) >= 4


def test_products_of_uint8_and_int8_are_exact(tmp_path: Path) -> None:
    """As they are here on a processor with VNNI anyway: the weights become uint8."""
    weights = np.where(integers("int8", 8, 16) > 0, np.int8(127), np.int8(-128))
    constants = {
        "s": reals(0.02), "z": np.array(128, np.uint8), "w": weights.T.copy(), "ws": reals(0.01),
        "wz": np.array(0, np.int8), "ys": reals(1.5),
    }  # fmt: skip
    node = helper.make_node("QLinearMatMul", ["x", "s", "z", "w", "ws", "wz", "ys", "z"], ["y"])
    file = model([node], [value("x", (1, 16), UINT8)], [value("y", (1, 8), UINT8)], constants)
    with_unsigned_weights(file.graph)
    kinds = {tensor.name: tensor.data_type for tensor in file.graph.initializer}
    assert {kinds[name] for name in file.graph.node[0].input[3:6:2]} == {UINT8}
    runtime = Reference(OnnxRuntime)
    runtime.call("load", file.SerializeToString())
    x = np.where(integers("uint8", 1, 16) > 128, np.uint8(255), np.uint8(0))
    found = runtime.call("run", {"x": x})["y"]
    runtime.close()
    sums = (x.astype(np.int64) - 128) @ weights.T.astype(np.int64)
    exact = np.clip(np.rint(sums * (0.02 * 0.01 / 1.5)) + 128, 0, 255)
    assert np.abs(found - exact).max() <= 1


def test_a_model_without_inputs(tmp_path: Path) -> None:
    """It doubles what it remembers."""
    m, once = Model(), Model()
    m.operator("CALL_ONCE", [], [], "CallOnceOptions", init_subgraph_index=1)
    start = once.constant("start", np.arange(-3, 5, dtype=np.int8).reshape(1, 8), scale=0.1)
    for graph in (m, once):
        graph.tensor("memory", (), "resource")
        graph.operator("VAR_HANDLE", [], ["memory"], "VarHandleOptions", shared_name="memory")
    once.operator("ASSIGN_VARIABLE", ["memory", start], [], "AssignVariableOptions")
    old, new = (m.tensor(name, (1, 8), scale=0.1) for name in ("old", "new"))
    m.operator("READ_VARIABLE", ["memory"], [old], "ReadVariableOptions")
    m.operator("ADD", [old, old], [new], "AddOptions", version=2)
    m.operator("ASSIGN_VARIABLE", ["memory", new], [], "AssignVariableOptions")
    done = verified(m.build([], [new], once), tmp_path, runs=4)
    assert (done.runs, done.constant, done.largest_difference) == (4, (), 0)


@pytest.mark.parametrize("element", [TensorProto.FLOAT16, TensorProto.DOUBLE])
def test_other_floats_are_compared_as_what_they_become(element: int, tmp_path: Path) -> None:
    dtype = helper.tensor_dtype_to_np_dtype(element)
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], "product"),
        helper.make_node("Softmax", ["h"], ["y"], "softmax"),
    ]
    w = np.random.default_rng(0).normal(size=(8, 5)).astype(dtype)
    inputs, outputs = [value("x", (1, 8), element)], [value("y", (1, 5), element)]
    onnx.save(model(nodes, inputs, outputs, {"w": w}), tmp_path / "model.onnx")
    result = compile(tmp_path / "model.onnx", target="host")
    assert verify.verify(result, verify.random_inputs(result, 2)).floats == 2


def test_gates_that_nearly_close_are_as_exact_as_their_functions(tmp_path: Path) -> None:
    """What passes them is a few steps of float32 beside 1, in which nobody computes the same."""
    layer = Layer("GRU", 3, 1, 4, 6, {"linear_before_reset": 1}, outputs=("Y_h",))
    ones = np.ones((1, 6, 4), np.float32)
    layer.constants = {"W": np.concatenate([8 * ones, ones, -ones], axis=1) * np.float32(0.5)}
    result = compiled(layer.model(), tmp_path)
    runs = [{"x": np.full((3, 1, 4), x, np.float32)} for x in (0.99, 1.01, 1.03)]
    assert verify.verify(result, runs).tensors == 1
