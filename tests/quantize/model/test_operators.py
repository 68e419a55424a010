"""Operators of float models under quantisation: in numpy as ONNX Runtime has them, then in int8 C."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import tinycompile
from tests.quantize.models import images, run_onnx
from tinycompile import tir
from tinycompile.errors import UnsupportedOperator
from tinycompile.quantize.model.measures import snr
from tinycompile.quantize.quantizer import in_layout
from tinycompile.simulate import accuracy

RNG = np.random.default_rng(3)
F = np.float32
HALF = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
CORNERS = {"mode": "linear", "coordinate_transformation_mode": "align_corners"}
DOUBLE = np.array([1, 1, 2, 2], F)
# Shape of the input, then operators: (name, constants behind the tensor, attributes).
Node = tuple[str, list[Any], dict[str, Any]]
CASES: dict[str, tuple[tuple[int, ...], list[Node]]] = {
    "hard_swish": ((4, 5), [("HardSwish", [], {})]),
    "hard_sigmoid": ((4, 5), [("HardSigmoid", [], {})]),
    "scalar": ((3, 4), [("Relu", [], {}), ("ReduceMean", [], {"keepdims": 0})]),
    "mean_of_channels": (
        (4, 4),
        [
            ("MatMul", [RNG.normal(size=(4, 4)).astype(F)], {}),
            ("ReduceMean", [], {"axes": [2], "keepdims": 0}),
            ("MatMul", [RNG.normal(size=(4, 3)).astype(F)], {}),
        ],
    ),
    "transposed": (
        (4, 5, 5),
        [("ConvTranspose", [RNG.normal(size=(4, 3, 3, 3)).astype(F)], {"strides": [2, 2]})],
    ),
    "transposed in groups": (
        (4, 5, 5),
        [
            (
                "ConvTranspose",
                [RNG.normal(size=(4, 3, 3, 3)).astype(F), RNG.normal(size=6).astype(F)],
                {"strides": [2, 2], "group": 2, "output_padding": [1, 1]},
            ),
            ("Relu", [], {}),
        ],
    ),
    "layer_norm": (
        (5, 12),
        [
            ("Mul", [np.float32(3)], {}),
            ("LayerNormalization", [RNG.normal(size=12).astype(F), np.ones(12, F)], {"axis": -1}),
        ],
    ),
    "instance_norm": (
        (3, 6, 6),
        [
            ("Conv", [RNG.normal(size=(3, 3, 3, 3)).astype(F)], {}),
            ("InstanceNormalization", [np.array([1, 2, 0.5], F), np.ones(3, F)], {}),
            ("Relu", [], {}),
        ],
    ),
    "softmax_of_columns": ((4, 5), [("Mul", [np.float32(3)], {}), ("Softmax", [], {"axis": 1})]),
    "softmax_of_channels": (
        (4, 5, 5),
        [("Conv", [RNG.normal(size=(4, 4, 1, 1)).astype(F)], {}), ("Softmax", [], {"axis": 1})],
    ),
    "prelu_of_one_slope": ((3, 4), [("PRelu", [np.array([0.2], F)], {})]),
    "prelu_of_all": ((3, 4), [("PRelu", [RNG.uniform(size=(3, 4)).astype(F)], {})]),
    "einsum": (
        (4, 5),
        [("Einsum", [RNG.normal(size=(6, 5)).astype(F)], {"equation": "bij,kj->bki"})],
    ),
    "linear_half": ((3, 4, 5), [("Resize", [None, DOUBLE], HALF)]),
    "linear_corners": ((3, 4, 5), [("Resize", [None, DOUBLE], CORNERS), ("Relu", [], {})]),
    "linear_row": ((2, 1, 4), [("Resize", [None, np.array([1, 1, 1, 2], F)], CORNERS)]),
    "nearest": ((3, 4, 5), [("Resize", [None, DOUBLE], {"mode": "nearest"}), ("Relu", [], {})]),
    "gather": ((6, 3), [("Gather", [np.array([4, 0, 5])], {"axis": 1})]),
    "tile": ((2, 3), [("Tile", [np.array([1, 2, 2])], {})]),
    "expand": ((1, 3), [("Expand", [np.array([1, 4, 3])], {}), ("Relu", [], {})]),
    "prelu": (
        (3, 4, 4),
        [
            ("Conv", [np.eye(3, dtype=F).reshape(3, 3, 1, 1)], {}),
            ("PRelu", [np.array([0.1, 0.3, 0.5], F).reshape(3, 1, 1)], {}),
        ],
    ),
    "log_softmax": ((5,), [("LogSoftmax", [], {"axis": -1})]),
    "reflect": (
        (3, 5, 5),
        [("Pad", [np.array([0, 0, 1, 2, 0, 0, 2, 1])], {"mode": "reflect"}), ("Relu", [], {})],
    ),
    "masked": (
        (4, 4),
        [
            ("Add", [np.where(np.triu(np.ones((4, 4)), 1), -1e9, 0).astype(F)], {}),
            ("Softmax", [], {"axis": -1}),
        ],
    ),
    "largest": ((7,), [("Relu", [], {}), ("ArgMax", [], {"axis": 1, "keepdims": 0})]),
}


def written(case: str, folder: Path) -> tuple[Path, tuple[int, ...]]:
    shape, operators = CASES[case]
    nodes, constants, x = [], [], "x"
    for i, (op, more, attributes) in enumerate(operators):
        names = ["" if value is None else f"c{i}_{j}" for j, value in enumerate(more)]
        constants += [numpy_helper.from_array(v, n) for n, v in zip(names, more, strict=True) if n]
        last = i == len(operators) - 1
        nodes.append(helper.make_node(op, [x, *names], ["y" if last else f"t{i}"], **attributes))
        x = f"t{i}"
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, *shape))
    kind = TensorProto.INT64 if operators[-1][0] == "ArgMax" else TensorProto.FLOAT
    made = helper.make_tensor_value_info("y", kind, None)
    graph = helper.make_graph(nodes, "g", [given], [made], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = folder / f"{case}.onnx"
    onnx.save(onnx.shape_inference.infer_shapes(model), path)
    return path, shape


@pytest.mark.parametrize("case", CASES)
def test_int8_is_close_to_float(case: str, tmp_path: Path) -> None:
    path, shape = written(case, tmp_path)
    x = images(24, *shape)
    compiled = tinycompile.compile(path, quantize=x, target="host")
    assert compiled.quantized is not None
    (wanted,) = run_onnx(path, x)
    real, layout = compiled.quantized.outputs["y"], compiled.program.layouts.get("y")
    found = accuracy.run(compiled, in_layout(compiled.quantized.module, {"x": x[:, None]}))["y"]
    if layout:
        real, found = (np.moveaxis(array.reshape(real.shape), -1, 2) for array in (real, found))
    np.testing.assert_allclose(real.reshape(wanted.shape), wanted, atol=1e-5)
    if wanted.dtype == F:
        assert snr(wanted, found.reshape(wanted.shape)) > 20


def test_what_no_kernel_takes_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(call: object, module: object) -> str:
        raise tir.Refused("layer_norm: TVM has no loops for it")

    monkeypatch.setattr(tir, "kind", refuse)
    path, shape = written("layer_norm", tmp_path)
    stages: list[str] = []
    for more in ({}, {"max_drop": 1.0}):
        with pytest.raises(UnsupportedOperator):
            tinycompile.compile(path, quantize=images(24, *shape), progress=stages.append, **more)  # type: ignore[arg-type]
        assert stages[-1] == "looking for kernels"
