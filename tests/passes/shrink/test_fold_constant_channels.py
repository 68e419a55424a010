"""What constant channels add goes into biases, where no border can tell."""

from typing import Any

import numpy as np
import pytest

from tests.passes.graph import emit, main, stays
from tests.passes.shrink.products import W_SCALE, ZERO, constants, conv
from tinycompile.kernels import portable
from tinycompile.passes.shrink.fold_constant_channels import FoldConstantChannels

RNG = np.random.default_rng(0)
INPUT = {"x": ((1, 4, 4, 2), "int8")}
fold: Any = FoldConstantChannels(portable.kernels())


def filters(*shape: int) -> Any:
    return RNG.integers(1, 100, shape).astype(np.int8)


def dead(value: int) -> tuple[Any, Any]:
    """Filters and bias of two channels of 1 x 1, the second always `value`."""
    weights = filters(2, 1, 1, 2)
    weights[1] = 0
    return weights, [7, round((value - ZERO) / W_SCALE)]


def after(first: tuple[Any, Any], second: Any, **window: int) -> Any:
    def body(x: Any) -> Any:
        return conv(emit(conv(x, *first)), second, [5, 6, 7][: len(second)], **window)

    return main(body, **INPUT)


def test_a_constant_channel_is_folded() -> None:
    second = filters(3, 3, 3, 2)
    _, (weights, bias) = constants(fold(after(dead(10), second)))
    np.testing.assert_array_equal(weights[..., 0], second[..., 0])
    assert not weights[..., 1].any()
    added = second[..., 1].astype(int).sum(axis=(1, 2)) * (10 - ZERO)
    np.testing.assert_array_equal(bias, np.array([5, 6, 7]) + added)


def test_a_padded_border_would_tell() -> None:
    stays(fold, after(dead(10), filters(3, 3, 3, 2), padding=1))


def test_the_zero_point_is_what_a_border_sees() -> None:
    _, (weights, bias) = constants(fold(after(dead(ZERO), filters(3, 3, 3, 2), padding=1)))
    assert not weights[..., 1].any() and bias.tolist() == [5, 6, 7]


def test_taps_that_are_always_inside_fold() -> None:
    second = filters(3, 3, 3, 2)
    second[..., 1] = 0
    second[:, 1, 1, 1] = 3  # the middle
    _, (weights, bias) = constants(fold(after(dead(10), second, padding=1)))
    assert not weights[..., 1].any()
    np.testing.assert_array_equal(bias, np.array([5, 6, 7]) + 3 * (10 - ZERO))


@pytest.mark.parametrize("bias", [100_000, -100_000])
def test_a_saturated_channel_is_constant(bias: int) -> None:
    first = filters(2, 1, 1, 2), [7, bias]
    _, (second, _) = constants(fold(after(first, filters(3, 1, 1, 2))))
    assert second[..., 0].all() and not second[..., 1].any()


def test_a_saturated_channel_that_stays_reads_nothing() -> None:
    """Of what only it reads nothing is needed."""
    second = filters(2, 1, 1, 2)
    second[0, ..., 1] = 0
    (weights, _), (folded, bias) = constants(
        fold(
            main(
                lambda x: conv(emit(conv(x, filters(2, 1, 1, 2), [1, 2])), second, [7, 100_000]),
                **INPUT,
            )
        )
    )
    assert weights.all() and folded[0].any() and not folded[1].any()
    assert bias[0] == 7 and (127 - ZERO) / W_SCALE < bias[1] < 100_000


def test_weights_stay_where_no_channel_goes() -> None:
    """Zeros would be one value more for weights that are packed."""
    second = filters(2, 3, 3, 2)
    second[0, 0, 0, 1] = second[0, 2, 2, 1] = 0

    def body(x: Any) -> Any:
        y = emit(conv(x, *dead(10)))
        return [y, conv(y, second, [5, 6])]

    stays(fold, main(body, **INPUT))


def test_a_depthwise_border_of_a_constant_channel_is_no_constant() -> None:
    def body(x: Any) -> Any:
        ones = np.ones((2, 3, 3, 1), np.int8)
        spread = emit(conv(emit(conv(x, *dead(10))), ones, [1, 2], 1, groups=2))
        return conv(spread, np.ones((3, 1, 1, 2), np.int8), [5, 6, 7])

    _, _, (last, _) = constants(fold(main(body, **INPUT)))
    assert last.all()


def test_a_channel_that_varies_stays() -> None:
    stays(fold, after((filters(2, 1, 1, 2), [1, 2]), filters(3, 1, 1, 2)))


def test_no_bias_beyond_int32() -> None:
    second = filters(1, 1, 1, 2)

    def body(x: Any) -> Any:
        return conv(emit(conv(x, *dead(10))), second, [2**31 - 2])

    module = main(body, **INPUT)
    (_, before), (_, after_) = constants(module)[1], constants(fold(module))[1]
    assert before.tolist() == [2**31 - 2] and 0 < after_[0] <= 2**31 - 2
