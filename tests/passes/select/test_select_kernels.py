"""Groups of operators become one composite function per kernel call, and nothing else does."""

from typing import Any

import numpy as np
from tvm import relax

from tests.passes.graph import dq, main, named, names, q, weights
from tinycompile.choice import Choice
from tinycompile.families import MVE
from tinycompile.kernel import Refusal
from tinycompile.kernels import mve, portable
from tinycompile.passes.select.select_kernels import SelectKernels
from tinycompile.rewriting.outline import COMPOSITE

IMAGE = ((1, 4, 4, 2), "int8")


def select(module: Any, **asked: str) -> tuple[Any, dict[str, list[Refusal]]]:
    refusals: dict[str, list[Refusal]] = {}
    return SelectKernels(portable.kernels(), refusals, Choice(asked=asked))(module), refusals


def chosen(module: Any) -> list[str]:
    """The kernels that `main` calls, in order; "" for an operator that none took."""
    (block,) = module["main"].body.blocks
    calls = [b.value for b in block.bindings if isinstance(b.value, relax.Call)]
    composites = [c.op for c in calls if isinstance(c.op, relax.GlobalVar)]
    assert len({op.name_hint for op in composites}) == len(composites)
    return [
        str(module[c.op].attrs[COMPOSITE]) if isinstance(c.op, relax.GlobalVar) else ""
        for c in calls
    ]


def conv(x: Any, groups: int = 1, filters: int = 4) -> Any:
    kernel = weights(np.ones((filters, 3, 3, 2 // groups)), [0.1] * filters)
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}
    return relax.op.nn.conv2d(x, kernel, groups=groups, **layouts)


def test_a_group_becomes_one_call_under_the_name_of_its_output() -> None:
    module = main(lambda x: q(conv(dq(x))), x=IMAGE)
    after, refusals = select(named(module, "a", "w", "c", "conv1/Relu"))
    assert names(after) == ["conv1/Relu"]
    assert chosen(after) == ["tc_conv2d_s8"]
    (refusal,) = refusals["conv1/Relu"]
    assert str(refusal) == (
        "tc_depthwise_conv2d_s8 does not apply: The convolution is depthwise: it has as many groups "
        "as input channels (1 groups, 2 channels)"
    )


def test_the_first_kernel_that_applies_is_taken() -> None:
    after, refusals = select(main(lambda x: q(conv(dq(x), groups=2)), x=IMAGE))
    assert chosen(after) == ["tc_depthwise_conv2d_s8"]
    assert refusals == {}


def test_each_layer_has_a_composite_of_its_own() -> None:
    def body(x: Any) -> Any:
        first = q(conv(dq(x), filters=2))
        return q(conv(dq(first), filters=2))

    after, _ = select(main(body, x=((1, 8, 8, 2), "int8")))
    assert chosen(after) == ["tc_conv2d_s8", "tc_conv2d_s8"]


def test_a_group_whose_inner_value_is_needed_elsewhere_is_not_taken() -> None:
    def body(x: Any) -> Any:
        real = relax.BlockBuilder.current().emit(conv(dq(x)))
        return [q(real), relax.op.exp(real)]

    after, _ = select(main(body, x=IMAGE))
    assert "tc_conv2d_s8" not in chosen(after)


def test_what_no_kernel_covers_stays() -> None:
    after, _ = select(main(lambda x: relax.op.sin(x), x=((2, 3), "float32")))
    assert chosen(after) == [""]


def test_one_kernel_may_be_asked_for() -> None:
    module = named(main(lambda x: q(conv(dq(x), groups=2)), x=IMAGE), "a", "w", "c", "y")
    assert chosen(select(module)[0]) == ["tc_depthwise_conv2d_s8"]
    assert chosen(select(module, y="tc_conv2d_s8")[0]) == ["tc_conv2d_s8"]


def test_a_constant_is_not_taken_for_a_tensor() -> None:
    """Kernels read tensors from the arena; no constant lies there."""
    image = relax.const(np.ones((1, 4, 4, 2), np.int8))
    after, refusals = select(named(main(lambda x: q(conv(dq(image))), x=IMAGE), "d", "w", "c", "y"))
    assert "tc_conv2d_s8" not in chosen(after)
    assert "tc_conv2d_s8 does not apply: Its inputs are tensors (input is a constant)" in map(
        str, refusals["y"]
    )


def test_a_quantised_constant_that_no_kernel_takes_is_tried_as_reals() -> None:
    """There is no kernel for a quotient of integers."""
    divisor = weights(np.arange(1, 3), 0.5)
    module = main(lambda x: q(relax.op.divide(dq(x), divisor)), x=IMAGE)
    expected = ["tc_dequantize_s8_f32", "tc_arithmetic_constant_f32", "tc_quantize_f32_s8"]
    assert chosen(select(module)[0]) == expected


def test_a_kernel_that_stands_for_a_portable_one_takes_no_layer_from_others() -> None:
    """A float layer between quantisations, a product that would be a table."""
    stand_ins = [kernel for kernel in mve.kernels() if kernel.stands_for]
    assert {"tc_mve_quantize_f32_s8", "tc_mve_table_s8"} <= {kernel.symbol for kernel in stand_ins}

    def body(x: Any) -> Any:
        product = relax.op.multiply(dq(q(conv(dq(x)))), dq(relax.const(np.int8(5))))
        return relax.op.nn.relu(dq(q(product)))

    select = SelectKernels([*stand_ins, *portable.kernels()], {}, Choice(MVE))
    taken = chosen(select(main(body, x=IMAGE)))
    assert taken[:2] == ["tc_conv2d_s8", "tc_mul_constant_s8"]
    assert taken[2] == "tc_mve_dequantize_s8_f32"
