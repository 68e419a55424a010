"""Operators that move data equal TFLite Micro bit for bit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import tflite

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro, compile_model, run_program
from tests.operators.test_convolution import ACTIVATIONS
from tests.tflite_model import Model
from tinycompile.errors import UnsupportedOperator

COPY, PAD, GATHER, CONCAT = "tc_strided_copy", "tc_pad", "tc_gather", "tc_concat"
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """An operator on `inputs` (shapes of data, arrays of constants, in order) and its `outputs`."""

    code: str
    inputs: Sequence[Any]
    outputs: Sequence[Shape]
    kernels: Sequence[str]
    options: str = ""
    version: int = 1
    values: dict[str, Any] = field(default_factory=dict)


def ints(*values: Any) -> Any:
    return np.array(values, np.int32)


def model(case: Case, scale: float = 0.1, zero_point: int = -7, dtype: str = "int8") -> bytes:
    built, names, data = Model(), [], []
    quantizations = {
        "int8": {"scale": scale, "zero_point": zero_point},
        "int16": {"scale": scale, "zero_point": 0},
    }
    quantization: dict[str, Any] = quantizations.get(dtype, {})
    for i, given in enumerate(case.inputs):
        if isinstance(given, np.ndarray):
            of_data = given.dtype == np.int8
            given = given.astype(dtype) if of_data else given
            names.append(built.constant(f"c{i}", given, **(quantization if of_data else {})))
        else:
            names.append(built.tensor(f"x{i}", given, dtype, **quantization))
            data.append(names[-1])
    made = [built.tensor(f"y{i}", s, dtype, **quantization) for i, s in enumerate(case.outputs)]
    built.operator(case.code, names, made, case.options, version=case.version, **case.values)
    return built.build(data, made)


def strided(
    shape: Shape, begin: Any, end: Any, strides: Any, output: Shape, kernels: Any, **masks: int
) -> Case:
    inputs = (shape, ints(*begin), ints(*end), ints(*strides))
    return Case(
        "STRIDED_SLICE", inputs, [output], kernels, "StridedSliceOptions", version=4, values=masks
    )


def concat(axis: int, *shapes: Any, output: Shape, kernels: Any = (CONCAT,), **values: Any) -> Case:
    values = {"axis": axis, **values}
    return Case("CONCATENATION", shapes, [output], kernels, "ConcatenationOptions", values=values)


CASES: dict[str, Case] = {
    "pad": Case("PAD", [(1, 3, 4, 2), ints([0, 0], [1, 2], [3, 0], [0, 0])], [(1, 6, 7, 2)], [PAD]),
    "pad channels": Case("PAD", [(2, 2, 3), ints([1, 0], [0, 0], [2, 1])], [(3, 2, 6)], [PAD]),
    "pad nothing": Case("PAD", [(2, 3), ints([0, 0], [0, 0])], [(2, 3)], [CONCAT]),
    "padv2": Case(
        "PADV2", [(1, 3, 2, 2), ints([0, 0], [1, 1], [1, 1], [0, 0]), np.array([5], np.int8)],
        [(1, 5, 4, 2)], [PAD], version=2,
    ),
    "reflect": Case(
        "MIRROR_PAD", [(1, 3, 4, 2), ints([0, 0], [2, 1], [1, 2], [0, 0])], [(1, 6, 7, 2)],
        [GATHER, GATHER], "MirrorPadOptions", values={"mode": tflite.MirrorPadMode.REFLECT},
    ),
    "symmetric": Case(
        "MIRROR_PAD", [(3, 4), ints([0, 0], [3, 2])], [(3, 9)],
        [GATHER], "MirrorPadOptions", values={"mode": tflite.MirrorPadMode.SYMMETRIC},
    ),
    "transpose": Case("TRANSPOSE", [(2, 3, 4, 5), ints(3, 0, 2, 1)], [(5, 2, 4, 3)], [COPY], version=2),
    "transpose 2-D": Case("TRANSPOSE", [(3, 4), ints(1, 0)], [(4, 3)], [COPY], version=2),
    "transpose of ones": Case("TRANSPOSE", [(1, 3, 2), ints(1, 0, 2)], [(3, 1, 2)], [], version=2),
    "slice": Case(
        "SLICE", [(2, 4, 5), ints(0, 1, 2), ints(-1, 2, 3)], [(2, 2, 3)], [COPY],
        "SliceOptions", version=2,
    ),
    "strided slice": strided((1, 5, 6, 2), (0, 1, 5, 0), (1, 5, 0, 2), (1, 2, -2, 1), (1, 2, 3, 2), [COPY]),
    "negative bounds": strided((4, 6), (-3, -5), (-1, 100), (1, 1), (2, 5), [COPY]),
    "to the first": strided((4, 6), (3, 0), (0, 6), (-1, 1), (4, 6), [COPY], end_mask=1),
    "begin mask": strided((4, 6), (2, 2), (3, 4), (1, 1), (3, 4), [COPY], begin_mask=3),
    "shrink": strided((4, 6), (-1, 0), (0, 6), (1, 1), (6,), [COPY], shrink_axis_mask=1, end_mask=2),
    "whole": strided((4, 6), (0, 0), (4, 6), (1, 1), (4, 6), [CONCAT]),
    "split": Case(
        "SPLIT", [ints(2), (2, 3, 4)], [(2, 3, 2), (2, 3, 2)], [COPY, COPY],
        "SplitOptions", version=2, values={"num_splits": 2},
    ),
    "split of three sizes": Case(
        "SPLIT_V", [(2, 7), ints(1, 4, 2), ints(1)], [(2, 1), (2, 4), (2, 2)], [COPY] * 3,
        "SplitVOptions", version=2, values={"num_splits": 3},
    ),
    "pack": Case(
        "PACK", [(2, 3), (2, 3)], [(2, 2, 3)], [CONCAT],
        "PackOptions", version=2, values={"values_count": 2, "axis": 1},
    ),
    "unpack": Case(
        "UNPACK", [(2, 3, 4)], [(2, 4)] * 3, [COPY] * 3,
        "UnpackOptions", version=2, values={"num": 3, "axis": 1},
    ),
    "concat": concat(3, (1, 2, 3, 4), (1, 2, 3, 1), (1, 2, 3, 2), output=(1, 2, 3, 7), version=2),
    "concat rows": concat(-2, (2, 3, 4), (2, 1, 4), output=(2, 4, 4)),
    "concat of one": concat(1, (2, 3), output=(2, 3)),
    "concat a constant": concat(
        1, (2, 3), np.arange(4, dtype=np.int8).reshape(2, 2), output=(2, 5),
        kernels=["tc_constant", CONCAT],
    ),
    "squeeze": Case("SQUEEZE", [(1, 3, 1, 4)], [(3, 4)], [], "SqueezeOptions"),
    "expand": Case("EXPAND_DIMS", [(3, 4), ints(1)], [(3, 1, 4)], [], "ExpandDimsOptions"),
    "reshape": Case("RESHAPE", [(3, 4), ints(2, 6)], [(2, 6)], [], "ReshapeOptions"),
    "gather": Case(
        "GATHER", [(2, 5, 3), ints(4, 0, 0, 2)], [(2, 4, 3)], [GATHER],
        "GatherOptions", version=3, values={"axis": 1},
    ),
    "space to depth": Case(
        "SPACE_TO_DEPTH", [(1, 4, 6, 3)], [(1, 2, 3, 12)], [COPY],
        "SpaceToDepthOptions", version=2, values={"block_size": 2},
    ),
    "depth to space": Case(
        "DEPTH_TO_SPACE", [(1, 2, 3, 12)], [(1, 4, 6, 3)], [COPY],
        "DepthToSpaceOptions", version=2, values={"block_size": 2},
    ),
    "space to batch": Case(
        "SPACE_TO_BATCH_ND", [(1, 4, 6, 2), ints(2, 3), ints([0, 0], [0, 0])], [(6, 2, 2, 2)],
        [COPY], "SpaceToBatchNDOptions", version=2,
    ),
    "space to batch, 1-D": Case(
        "SPACE_TO_BATCH_ND", [(1, 6, 2), ints(2), ints([0, 0])], [(2, 3, 2)],
        [COPY], "SpaceToBatchNDOptions", version=2,
    ),
    "batch to space": Case(
        "BATCH_TO_SPACE_ND", [(6, 2, 2, 2), ints(2, 3), ints([1, 0], [0, 1])], [(1, 3, 5, 2)],
        [COPY, COPY], "BatchToSpaceNDOptions", version=2,
    ),
    "broadcast": Case("BROADCAST_TO", [(1, 3, 1), ints(2, 3, 4)], [(2, 3, 4)], [COPY], version=2),
}  # fmt: skip


def version_of(case: Case) -> Case:
    """The operator's version is not one of its options."""
    values = dict(case.values)
    version = values.pop("version", case.version)
    return Case(case.code, case.inputs, case.outputs, case.kernels, case.options, version, values)


@pytest.mark.parametrize("name", CASES)
def test_int8(name: str, run: Run) -> None:
    case = version_of(CASES[name])
    assert_equals_tflite_micro(model(case), case.kernels, run)


ONLY_INT8 = {  # in TFLite Micro
    "MIRROR_PAD", "GATHER", "SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND",
}  # fmt: skip


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case.code not in ONLY_INT8])
def test_int16(name: str, run: Run) -> None:
    case = version_of(CASES[name])
    assert_equals_tflite_micro(model(case, dtype="int16"), case.kernels, run)


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case.code in ONLY_INT8])
def test_int16_is_moved_as_int8_is(name: str, run: Run) -> None:
    case = version_of(CASES[name])
    programs = [compile_model(model(case, zero_point=0, dtype=d)) for d in ("int8", "int16")]
    x = np.random.default_rng(0).integers(-128, 128, case.inputs[0], np.int8)
    ((narrow,), (wide,)) = (run_program(p, [x.astype(p.inputs[0].dtype)], run) for p in programs)
    np.testing.assert_array_equal(wide, narrow.astype(np.int16))


@pytest.mark.parametrize("name", ["concat", "transpose", "strided slice", "split", "pack", "pad"])
@pytest.mark.parametrize("zero_point", [-128, 0, 127])
def test_any_zero_point(name: str, zero_point: int, run: Run) -> None:
    case = version_of(CASES[name])
    assert_equals_tflite_micro(model(case, zero_point=zero_point), case.kernels, run, seeds=2)


@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize("name", ["concat", "strided slice", "split", "unpack", "pad"])
def test_other_types(name: str, dtype: str, run: Run) -> None:
    case = version_of(CASES[name])
    assert_equals_tflite_micro(model(case, dtype=dtype), case.kernels, run, seeds=2)


@pytest.mark.parametrize("block", [1, 2, 3])
def test_tile(block: int, run: Run) -> None:
    """TFLite Micro has no int8 TILE; numpy says what it means."""
    case = Case("TILE", [(2, 3, 1), ints(1, block, 2)], [(2, 3 * block, 2)], [COPY])
    program = compile_model(model(case))
    assert [layer.kernel.symbol for layer in program.layers] == [COPY]
    x = np.arange(6, dtype=np.int8).reshape(2, 3, 1)
    (layer,) = program.layers
    y = run(layer.kernel, layer.call.params, [x], np.empty(case.outputs[0], np.int8))
    np.testing.assert_array_equal(y, np.tile(x, (1, block, 2)))


def test_reverse(run: Run) -> None:
    """The same of REVERSE_V2."""
    case = Case("REVERSE_V2", [(2, 3, 4), ints(1)], [(2, 3, 4)], [COPY], version=3)
    (layer,) = compile_model(model(case)).layers
    x = np.arange(24, dtype=np.int8).reshape(2, 3, 4)
    y = run(layer.kernel, layer.call.params, [x], np.empty_like(x))
    np.testing.assert_array_equal(y, x[:, ::-1])


def test_a_shape_is_a_constant(run: Run) -> None:
    m = Model()
    x, y = m.tensor("x", (1, 2, 3), scale=0.1), m.tensor("y", (3,), "int32")
    m.operator("SHAPE", [x], [y], "ShapeOptions", out_type=tflite.TensorType.INT32)
    program = compile_model(m.build([x], [y]))
    (shape,) = run_program(program, [np.zeros((1, 2, 3), np.int8)], run)
    assert shape.tolist() == [1, 2, 3]


def test_new_and_elided_dimensions(run: Run) -> None:
    """x[..., newaxis, 1:3] and x[1, ...], which TFLite Micro does not run."""
    added = strided((2, 3, 4), (0, 0, 1), (0, 0, 3), (1, 1, 1), (2, 3, 1, 2), [COPY],
                    ellipsis_mask=1, new_axis_mask=2)  # fmt: skip
    dropped = strided((2, 3, 4), (1, 0), (2, 0), (1, 1), (3, 4), [COPY],
                      ellipsis_mask=2, shrink_axis_mask=1)  # fmt: skip
    x = np.arange(24, dtype=np.int8).reshape(2, 3, 4)
    for case, expected in ((added, x[..., None, 1:3]), (dropped, x[1])):
        (layer,) = compile_model(model(case)).layers
        y = run(layer.kernel, layer.call.params, [x], np.empty(expected.shape, np.int8))
        np.testing.assert_array_equal(y, expected)


def test_space_to_batch_pads_with_the_integer_0(run: Run) -> None:
    """TFLite Micro pads with a value that it has never set: 0 in memory that was zero."""
    case = Case("SPACE_TO_BATCH_ND", [(1, 3, 1, 1), ints(2, 1), ints([1, 0], [0, 0])],
                [(2, 2, 1, 1)], [PAD, COPY], "SpaceToBatchNDOptions", version=2)  # fmt: skip
    y = np.array([[[1]], [[2]], [[3]]], np.int8)[None]
    for layer in compile_model(model(case, zero_point=-7)).layers:
        y = run(layer.kernel, layer.call.params, [y], np.empty(layer.output.shape, np.int8))
    assert y.ravel().tolist() == [0, 2, 1, 3]


@pytest.mark.parametrize("activation", ["relu", "relu6"])
def test_concat_with_a_fused_activation(activation: str, run: Run) -> None:
    """TFLite Micro ignores it; the bound is one layer more."""
    case = concat(1, (1, 8), (1, 8), output=(1, 16),
                  fused_activation_function=ACTIVATIONS[activation])  # fmt: skip
    program = compile_model(model(case))
    assert program.layers[0].kernel.symbol == CONCAT
    assert len(program.layers) == 2


def test_an_operand_that_is_computed_is_refused() -> None:
    built = Model()
    x = built.tensor("x", (2, 4), scale=0.1)
    p = built.tensor("p", (2,), "int32")
    y = built.tensor("y", (4, 2), scale=0.1)
    built.operator("TRANSPOSE", [x, p], [y], version=2)
    with pytest.raises(UnsupportedOperator) as error:
        compile_model(built.build([x, p], [y]))
    assert "TRANSPOSE 'y': its permutation is computed at run time" in str(error.value)


def test_batched_gathers_are_refused() -> None:
    case = Case("GATHER", [(2, 3), ints([0, 1], [1, 2])], [(2, 2)], [GATHER], "GatherOptions",
                values={"axis": 1, "batch_dims": 1})  # fmt: skip
    with pytest.raises(UnsupportedOperator, match="batch_dims is 1; only 0 can be compiled"):
        compile_model(model(case))
