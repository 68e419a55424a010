"""Channels that nothing reads go, from all that makes them; the record says which."""

from typing import Any

import numpy as np
from tvm import relax

from tests.passes.graph import dq, emit, main, q, stays
from tests.passes.shrink.products import constants, conv
from tinycompile.kernels import portable
from tinycompile.passes.shrink.remove_unread_channels import RemoveUnreadChannels
from tinycompile.shrinking.record import Record

RNG = np.random.default_rng(0)
INPUT = {"x": ((1, 4, 4, 3), "int8")}


def filters(*shape: int, unread: int | None = None) -> Any:
    weights = RNG.integers(1, 100, shape).astype(np.int8)
    if unread is not None:
        weights[..., unread] = 0
    return weights


def removing(record: Record | None = None) -> Any:
    return RemoveUnreadChannels(portable.kernels(), record or Record())


def shapes(module: Any) -> list[tuple[int, ...]]:
    return [weights.shape for weights, _ in constants(module)]


def test_filters_of_an_unread_channel_go() -> None:
    first = filters(4, 3, 3, 3)

    def body(x: Any) -> Any:
        return conv(emit(conv(x, first, [1, 2, 3, 4], 1)), filters(2, 1, 1, 4, unread=2), [1, 2])

    record = Record()
    (weights, bias), (second, _) = constants(removing(record)(main(body, **INPUT)))
    np.testing.assert_array_equal(weights, first[[0, 1, 3]])
    assert bias.tolist() == [1, 2, 4] and second.shape == (2, 1, 1, 3)
    assert sum(work.macs for work in record.before.values()) == 16 * (9 * 3 * 4 + 4 * 2)
    assert sum(work.macs for work in record.after.values()) == 16 * (9 * 3 * 3 + 3 * 2)


def test_through_depthwise_pool_activation_and_reshape() -> None:
    def body(x: Any) -> Any:
        y = emit(conv(x, filters(4, 1, 1, 3), [1, 2, 3, 4]))
        y = emit(conv(y, filters(4, 3, 3, 1), [1, 2, 3, 4], 1, groups=4))
        y = emit(relax.op.nn.max_pool2d(y, (2, 2), (2, 2), layout="NHWC"))
        y = emit(q(relax.op.sigmoid(dq(y))))
        y = emit(relax.op.reshape(y, (1, 1, 1, 16)))
        weights = filters(2, 1, 1, 16)
        weights[..., 1::4] = 0  # of the second channel at every place
        return conv(y, weights, [1, 2])

    assert shapes(removing()(main(body, **INPUT))) == [(3, 1, 1, 3), (3, 3, 3, 1), (2, 1, 1, 12)]


def test_channels_that_are_added_go_together() -> None:
    def body(x: Any) -> Any:
        a, b = (emit(conv(x, filters(4, 1, 1, 3), [1, 2, 3, 4])) for _ in range(2))
        total = emit(q(relax.op.add(dq(a), dq(b))))
        return conv(total, filters(2, 1, 1, 4, unread=0), [1, 2])

    assert shapes(removing()(main(body, **INPUT))) == [(3, 1, 1, 3)] * 2 + [(2, 1, 1, 3)]


def test_one_of_several_readers_keeps_a_channel() -> None:
    def body(x: Any) -> Any:
        y = emit(conv(x, filters(4, 1, 1, 3), [1, 2, 3, 4]))
        return [conv(y, filters(2, 1, 1, 4, unread=i), [1, 2]) for i in (0, 1)]

    stays(removing(), main(body, **INPUT))


def test_channels_of_a_concatenation_go_from_what_made_them() -> None:
    def body(x: Any) -> Any:
        a = emit(conv(x, filters(2, 1, 1, 3), [1, 2]))
        b = emit(conv(x, filters(3, 1, 1, 3), [1, 2, 3]))
        joined = emit(relax.op.concat([a, b], axis=3))
        return conv(joined, filters(2, 1, 1, 5, unread=3), [1, 2])

    assert shapes(removing()(main(body, **INPUT))) == [(2, 1, 1, 3), (2, 1, 1, 3), (2, 1, 1, 4)]


def test_inputs_and_outputs_stay_whole() -> None:
    def body(x: Any) -> Any:
        y = emit(conv(x, filters(4, 1, 1, 3, unread=1), [1, 2, 3, 4]))
        return [y, conv(y, filters(2, 1, 1, 4, unread=2), [1, 2])]

    stays(removing(), main(body, **INPUT))


def test_a_channel_stays_where_all_are_unread() -> None:
    def body(x: Any) -> Any:
        y = emit(conv(x, filters(4, 1, 1, 3), [1, 2, 3, 4]))
        return conv(y, np.zeros((2, 1, 1, 4), np.int8), [1, 2])

    assert shapes(removing()(main(body, **INPUT))) == [(1, 1, 1, 3), (2, 1, 1, 1)]
