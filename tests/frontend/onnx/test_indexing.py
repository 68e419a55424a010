"""Reading and writing by index, constant or computed, from the front and from behind."""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from tests.frontend.onnx_model import (
    f32,
    i64,
    imported,
    one_node,
    run_onnxruntime,
    run_relax,
)
from tinycompile.errors import UnsupportedOperator

DATA = (3, 4, 5)
FORMS = {
    "rows": (one_node("Gather", [DATA, (2, 2)], axis=1), [[0, -1], [-4, 3]]),
    "elements": (one_node("GatherElements", [DATA, (3, 4, 1)], axis=2), np.arange(-5, 5)),
    "points": (one_node("GatherND", [DATA, (2, 2)]), [[-1, 0], [2, -4]]),
    "points of a batch": (one_node("GatherND", [DATA, (3, 1)], batch_dims=1), [[-1], [0], [2]]),
    "written elements": (
        one_node("ScatterElements", [DATA, (1, 4, 5)], {"u": f32(1, 4, 5)}, axis=0, opset=18),
        np.arange(-3, 3),
    ),
    "largest elements": (
        one_node("ScatterElements", [DATA, (1, 4, 5)], {"u": f32(1, 4, 5)}, axis=0, opset=18,
                 reduction="max"),
        np.arange(-3, 3),
    ),
    "written rows": (one_node("ScatterND", [DATA, (2, 1)], {"u": f32(2, 4, 5)}), [[-1], [0]]),
    "added rows": (
        one_node("ScatterND", [DATA, (2, 1)], {"u": f32(2, 4, 5)}, opset=16, reduction="add"),
        [[-1], [-1]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_indices_that_are_computed(name: str, tmp_path: Path) -> None:
    built, chosen = FORMS[name]
    indices = built.graph.input[1]
    indices.type.tensor_type.elem_type = TensorProto.INT64
    shape = [d.dim_value for d in indices.type.tensor_type.shape.dim]
    source = imported(built, tmp_path)
    inputs = {"x0": f32(*DATA), "x1": np.resize(np.asarray(chosen, np.int64), shape)}
    (found,) = run_relax(source.module, [*inputs.values()])
    (expected,) = run_onnxruntime(built, inputs)
    np.testing.assert_array_equal(found, expected)


def test_slopes_of_old_files_are_of_channels(tmp_path: Path) -> None:
    """Before opset 7; ONNX Runtime reads them like that, too."""
    built = one_node("PRelu", [(1, 3, 4, 5)], {"s": f32(3)}, opset=6)
    source = imported(built, tmp_path)
    x = f32(1, 3, 4, 5)
    (found,) = run_relax(source.module, [x])
    expected = np.where(x < 0, x * f32(3).reshape(3, 1, 1), x)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_an_output_without_elements_is_refused(tmp_path: Path) -> None:
    built = one_node("ConstantOfShape", [], {"s": i64(0, 3)})
    with pytest.raises(UnsupportedOperator, match="output 'y0' has no elements"):
        imported(built, tmp_path)


@pytest.mark.parametrize("opset", [13, 16])
def test_means_of_regions(opset: int, tmp_path: Path) -> None:
    built = one_node(
        "RoiAlign", [(2, 3, 8, 9), (2, 4)], {"i": i64(1, 0)}, opset=opset, output_height=3,
        output_width=2, sampling_ratio=2, spatial_scale=0.5,
    )  # fmt: skip
    source = imported(built, tmp_path)
    inputs = {"x0": f32(2, 3, 8, 9), "x1": np.array([[1, 2, 9, 13], [0, 3, 15, 11.5]], np.float32)}
    (found,) = run_relax(source.module, [*inputs.values()])
    (expected,) = run_onnxruntime(built, inputs)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_maxima_of_regions_are_refused(tmp_path: Path) -> None:
    built = one_node("RoiAlign", [(2, 3, 8, 9), (2, 4)], {"i": i64(1, 0)}, mode="max")
    with pytest.raises(UnsupportedOperator, match='RoiAlign "node": mode is max, which different'):
        imported(built, tmp_path)
