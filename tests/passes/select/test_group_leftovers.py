"""What no kernel takes is grouped: what is read once, element by element, is in no memory."""

from typing import Any

import numpy as np
from tvm import relax

from tests.passes.graph import dq, emit, main, named, names, q
from tests.passes.select.test_select_kernels import chosen
from tinycompile.kernel import Refusal
from tinycompile.kernels import portable
from tinycompile.passes.select.group_leftovers import GroupLeftovers
from tinycompile.passes.select.select_kernels import SelectKernels
from tinycompile.rewriting.expressions import constant

ROWS = ((1, 6, 8), "float32")


def grouped(module: Any) -> tuple[Any, dict[str, list[Refusal]]]:
    refusals: dict[str, list[Refusal]] = {}
    selected = SelectKernels(portable.kernels(), refusals)(module)
    return GroupLeftovers(refusals)(selected), refusals


def operators(module: Any, function: str = "generated_0") -> list[str]:
    (block,) = module[function].body.blocks
    values = [b.value for b in block.bindings]
    return [v.op.name.removeprefix("relax.") for v in values if isinstance(v, relax.Call)]


def test_a_chain_is_one_function_under_the_name_of_its_last_tensor() -> None:
    module = main(lambda x: relax.op.sin(relax.op.cos(x)), x=ROWS)
    after, _ = grouped(named(module, "a", "b"))
    assert names(after) == ["b"]
    assert operators(after) == ["cos", "sin"]


def test_nothing_changes_where_everything_has_a_kernel() -> None:
    module = SelectKernels(portable.kernels(), {})(main(lambda x: relax.op.tanh(x), x=ROWS))
    assert GroupLeftovers({})(module).same_as(module)


def test_outputs_and_tensors_that_others_read_end_a_group() -> None:
    def body(x: Any) -> Any:
        a = emit(relax.op.sin(x))
        b = emit(relax.op.cos(a))
        return [b, relax.op.max(a, axis=[2]), relax.op.cos(b)]

    after, _ = grouped(main(body, x=ROWS))
    assert chosen(after) == ["generated"] * 4


def test_a_tensor_that_one_group_reads_twice_is_in_it() -> None:
    def body(x: Any) -> Any:
        a = emit(relax.op.sin(x))
        return relax.op.multiply(relax.op.cos(a), a)

    after, _ = grouped(main(body, x=ROWS))
    assert operators(after) == ["sin", "cos", "multiply"]


def test_what_follows_a_product_element_by_element_is_part_of_it_and_what_is_before_is_not() -> (
    None
):
    def body(x: Any, y: Any) -> Any:
        return relax.op.cos(relax.op.matmul(relax.op.sin(x), y))

    after, _ = grouped(main(body, x=ROWS, y=((1, 8, 5), "float32")))
    assert chosen(after) == ["generated", "generated"]
    assert [operators(after, f"generated_{i}") for i in range(2)] == [["sin"], ["matmul", "cos"]]


def test_a_sum_takes_along_what_is_summed() -> None:
    after, _ = grouped(main(lambda x: relax.op.max(relax.op.sin(x), axis=[2]), x=ROWS))
    assert operators(after) == ["sin", "max"]


def test_one_sum_a_group() -> None:
    after, _ = grouped(main(lambda x: relax.op.min(relax.op.max(x, axis=[2]), axis=[1]), x=ROWS))
    assert chosen(after) == ["generated", "generated"]


def test_sums_of_rows_that_are_walked_again_are_one_group() -> None:
    """A norm in pieces, all of which have kernels."""

    def body(x: Any) -> Any:
        mean = relax.op.mean(x, axis=[2], keepdims=True)
        difference = emit(relax.op.subtract(x, mean))
        variance = relax.op.mean(relax.op.multiply(difference, difference), axis=[2], keepdims=True)
        return relax.op.divide(difference, relax.op.sqrt(variance))

    after, _ = grouped(main(body, x=ROWS))
    assert chosen(after) == ["generated"]
    assert operators(after) == ["mean", "subtract", "multiply", "mean", "sqrt", "divide"]


def test_reals_between_integers_are_in_no_memory() -> None:
    module = main(lambda x: q(relax.op.nn.softmax(dq(x), axis=1)), x=((1, 6, 8), "int8"))
    after, _ = grouped(named(module, "r", "s", "y"))
    assert names(after) == ["y"]
    assert operators(after) == ["dequantize", "nn.softmax", "quantize"]


def test_reals_that_are_an_output_keep_their_kernel() -> None:
    def body(x: Any) -> Any:
        real = emit(relax.op.max(dq(x), axis=[1]))
        return [real, q(real)]

    after, _ = grouped(main(body, x=((1, 6, 8), "int8")))
    assert chosen(after) == ["generated", "tc_quantize_f32_s8"]


def test_kernels_of_reals_come_along_beside_what_is_left() -> None:
    def body(x: Any, y: Any) -> Any:
        return relax.op.add(relax.op.sin(x), relax.op.tanh(y))

    after, _ = grouped(main(body, x=ROWS, y=ROWS))
    assert operators(after) == ["sin", "tanh", "add"]


def test_kernels_of_reals_stay_where_nothing_is_left() -> None:
    def body(x: Any) -> Any:
        summed = relax.op.add(relax.op.tanh(x), x)
        return [summed, relax.op.max(relax.op.sin(x), axis=[2])]

    after, _ = grouped(main(body, x=ROWS))
    assert chosen(after) == ["tc_unary_f32", "tc_arithmetic_f32", "generated"]


def test_a_reshape_inside_a_group_is_part_of_it_and_one_before_it_is_not() -> None:
    def body(x: Any) -> Any:
        flat = relax.op.sin(relax.op.reshape(x, (6, 8)))
        return relax.op.cos(relax.op.reshape(flat, (8, 6)))

    after, _ = grouped(main(body, x=ROWS))
    assert chosen(after) == ["", "generated"]
    assert operators(after) == ["sin", "reshape", "cos"]


def test_a_group_may_have_several_outputs() -> None:
    def body(x: Any) -> Any:
        pair = emit(relax.op.split(relax.op.sin(x), 2, axis=1))
        return [emit(pair[0]), emit(pair[1])]

    after, _ = grouped(named(main(body, x=ROWS), "a", "pair", "first", "second", "gv"))
    assert names(after) == ["first_all", "first", "second", "gv"]
    assert operators(after) == ["sin", "split"]


def test_what_cannot_be_generated_is_left_with_a_reason() -> None:
    def body(x: Any) -> Any:
        boxes = constant(np.zeros((1, 6, 4), np.float32))
        return relax.op.vision.all_class_non_max_suppression(
            boxes, x, *(relax.const(v) for v in (np.int64(3), np.float32(0.5), np.float32(0.1)))
        )

    after, refusals = grouped(main(body, x=((1, 2, 6), "float32")))
    assert "generated" not in chosen(after)
    (reasons,) = refusals.values()
    assert str(reasons[-1]).startswith(
        "generated C does not apply: TVM lowers the operator to loops ("
    )
