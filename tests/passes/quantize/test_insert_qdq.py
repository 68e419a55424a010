"""A plan written into a float module; int8 at its edges; means as pools; other constants."""

import numpy as np
from tvm import relax

from tests.passes.graph import main, named, names, operators, run, stays
from tinycompile.passes.quantize.insert_qdq import (
    InsertQdq,
    Plan,
    QuantizedWeights,
    activation_params,
    whole,
)
from tinycompile.passes.quantize.pool_instead_of_mean import PoolInsteadOfMean
from tinycompile.passes.quantize.quantize_edges import QuantizeEdges
from tinycompile.passes.quantize.set_constants import SetConstants
from tinycompile.passes.quantize.settle_names import SettleNames
from tinycompile.passes.select.split_dequantize import SplitDequantize
from tinycompile.quantization import QParams
from tinycompile.quantize.model.tensor_types import symmetric

X = ((1, 3), "float32")
RNG = np.random.default_rng(0)
W = np.array([[1, 2, -3], [40, -127, 5]], np.int8)  # (N, K)
SCALES = np.array([0.1, 0.01], np.float32)
BIAS = np.array([3, -4], np.int32)
FLOAT_W = (W * SCALES[:, None]).T.astype(np.float32)


def dense(x: relax.Expr) -> relax.Expr:
    product = relax.op.matmul(x, relax.const(FLOAT_W))
    return relax.op.nn.relu(relax.op.add(product, relax.const(np.zeros(2, np.float32))))


def planned() -> relax.Function:
    module = named(main(dense, x=X), "product", "sum", "y")
    plan = Plan(
        {"x": whole(QParams(0.5, 1)), "y": whole(QParams(0.25, -128))},
        {"product": QuantizedWeights(W, SCALES)},
        {"sum": BIAS},
        {"sum": SCALES * np.float32(0.5)},
    )
    return InsertQdq(plan)(module)


def test_operators_compute_between_dequantize_and_quantize() -> None:
    module = planned()
    assert operators(module) == [
        "quantize", "dequantize", "dequantize", "matmul", "dequantize", "add", "nn.relu", "quantize",
        "dequantize",
    ]  # fmt: skip
    assert "y" in names(module), "the integers carry the tensor's name"
    x = np.array([[4.2, -3.1, 7.7]], np.float32)
    steps = np.clip(np.rint(x / 0.5) + 1, -128, 127) - 1
    real = steps * 0.5 @ FLOAT_W + BIAS * SCALES * 0.5
    expected = np.clip(np.rint(np.maximum(real, 0) / 0.25), 0, 255) * 0.25
    np.testing.assert_allclose(run(module, x)[0], expected, atol=1e-6)


def test_edges_become_int8() -> None:
    module = QuantizeEdges()(SplitDequantize()(planned()))
    function = module["main"]
    assert str(function.params[0].ty.dtype) == "int8" and function.params[0].name == "x"
    assert str(function.ret_ty.dtype) == "int8" and names(module)[-1] == "y"
    assert operators(module)[0] == "dequantize" and operators(module)[-1] == "quantize"


def test_an_input_that_is_also_read_as_float_stays_float() -> None:
    def body(x: relax.Expr) -> relax.Expr:
        scale, zero = relax.const(0.5, "float32"), relax.const(0, "int32")
        q = relax.op.quantize(x, scale, zero, out_dtype="int8")
        return relax.op.add(relax.op.dequantize(q, scale, zero), x)

    stays(QuantizeEdges(), main(body, x=X))


def test_ranges_contain_zero_exactly() -> None:
    for low, high in ((-1.0, 3.0), (0.5, 2.0), (-7.0, -2.0), (0.0, 0.0), (-1e-30, 1e-3)):
        params = activation_params(low, high)
        assert -128 <= params.zero_point <= 127 and params.scale > 0
        step = params.scale
        assert (-128 - params.zero_point) * step <= min(low, 0) + step
        assert (127 - params.zero_point) * step >= max(high, 0) - step


def test_a_range_next_to_nothing_is_none() -> None:
    """Its scale would be no normal number, or 0 once multiplied by that of weights."""
    for low, high in ((0.0, 1e-42), (-1e-36, 1e-37)):
        assert activation_params(low, high) == QParams(1.0, 0)
        assert symmetric(low, high) == QParams(1.0, 0)


def test_the_mean_of_an_image_becomes_a_pool() -> None:
    for keep in (True, False):
        before = main(lambda x, k=keep: relax.op.mean(x, [1, 2], k), x=((1, 3, 5, 2), "float32"))
        after = PoolInsteadOfMean()(before)
        assert "nn.avg_pool2d" in operators(after) and "mean" not in operators(after)
        x = RNG.normal(size=(1, 3, 5, 2)).astype(np.float32)
        np.testing.assert_allclose(run(after, x)[0], run(before, x)[0], atol=1e-6)


def test_the_mean_of_channels_stays() -> None:
    stays(PoolInsteadOfMean(), main(lambda x: relax.op.mean(x, [3]), x=((1, 3, 5, 2), "float32")))


def test_constants_are_set_by_the_names_of_their_operators() -> None:
    module = SetConstants({"product": 2 * FLOAT_W})(named(main(dense, x=X), "product", "sum", "y"))
    x = RNG.normal(size=(1, 3)).astype(np.float32)
    np.testing.assert_allclose(run(module, x)[0], np.maximum(x @ (2 * FLOAT_W), 0), rtol=1e-5)


def test_made_up_names_become_some_that_no_pass_makes_up_again() -> None:
    before = named(
        main(lambda x: relax.op.abs(relax.op.exp(relax.op.tanh(x))), x=X), "lv", "e", "gv"
    )
    after = SettleNames()(before)
    assert names(after) == ["lv0_", "e", "gv"]
    x = RNG.normal(size=X[0]).astype(np.float32)
    np.testing.assert_array_equal(run(after, x), run(before, x))
    assert names(SettleNames()(after)) == names(after)
