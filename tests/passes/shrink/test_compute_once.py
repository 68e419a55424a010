"""What is there twice is computed once."""

from typing import Any

import numpy as np
from tvm import relax

from tests.passes.graph import dq, emit, main, named, names, operators, q, stays
from tests.passes.shrink.products import conv
from tinycompile.passes.shrink.compute_once import ComputeOnce
from tinycompile.shrinking.record import Record

INPUT = {"x": ((1, 4, 4, 2), "int8")}
once: Any = ComputeOnce(Record())


def filters(seed: int) -> Any:
    return np.random.default_rng(seed).integers(-9, 9, (2, 3, 3, 2)).astype(np.int8)


def flat(x: Any) -> Any:
    return emit(relax.op.reshape(x, (-1,)))


def twice(*seeds: int, **different: int) -> Any:
    def body(x: Any) -> Any:
        a = emit(conv(x, filters(seeds[0]), [1, 2], 1))
        b = emit(conv(x, filters(seeds[1]), [1, 2], different.get("padding", 1)))
        return relax.op.concat([flat(a), flat(b)], axis=0)

    return main(body, **INPUT)


def test_equal_parts_are_computed_once() -> None:
    assert operators(once(twice(0, 0))).count("nn.conv2d") == 1
    assert operators(once(twice(0, 0))).count("reshape") == 1


def test_other_weights_or_attributes_are_another_operator() -> None:
    for module in (twice(0, 1), twice(0, 0, padding=0)):
        assert operators(once(module)).count("nn.conv2d") == 2


def squares(x: Any, scales: tuple[float, float]) -> Any:
    """The square of x twice, quantised by `scales`."""

    def square() -> Any:
        a, b = emit(dq(x)), emit(dq(x))
        return emit(relax.op.nn.relu(emit(relax.op.multiply(a, b))))

    a, b = (emit(q(square(), scale)) for scale in scales)
    return relax.op.add(a, b)


def test_quantised_operators_go_whole_or_not_at_all() -> None:
    """Of two scales, each keeps its product, of which a kernel is made; of one, one goes with all it has."""
    shape = {"x": ((1, 4), "int8")}
    for scales, count in (((0.5, 0.25), 2), ((0.5, 0.5), 1)):
        made = operators(once(main(lambda x, scales=scales: squares(x, scales), **shape)))
        assert [made.count(name) for name in ("multiply", "nn.relu", "quantize")] == [count] * 3


def test_reals_that_others_read_too_are_computed_once() -> None:
    def body(x: Any) -> Any:
        a, b = (emit(relax.op.exp(emit(dq(x)))) for _ in range(2))
        return [q(a, 0.5), q(b, 0.25), relax.op.add(a, b)]

    assert operators(once(main(body, x=((1, 4), "int8")))).count("exp") == 1


def test_the_work_that_goes_is_recorded() -> None:
    record = Record()
    passing: Any = ComputeOnce(record)
    passing(twice(0, 0))
    before, after = (sum(w.macs for w in stage.values()) for stage in (record.before, record.after))
    assert before == 2 * after > 0


def test_outputs_stay_their_own() -> None:
    stays(once, main(lambda x: [relax.op.nn.relu(x), relax.op.nn.relu(x)], x=((1, 4), "float32")))


def test_tensors_of_the_model_are_reported() -> None:
    def body(x: Any) -> Any:
        a, b = (emit(q(emit(relax.op.nn.relu(x)))) for _ in range(2))
        return relax.op.add(a, b)

    module = named(main(body, x=((1, 4), "float32")), "r1", "left", "r2", "right", "sum")
    record = Record()
    passing: Any = ComputeOnce(record)
    assert names(passing(module)) == ["r1", "left", "sum"]
    assert record.operators["right"] == 'computed once, as "left"'


def test_states_are_not_the_same() -> None:
    from tinycompile.external import state

    zeros = np.zeros((1, 4), np.float32)
    stays(
        once,
        main(
            lambda x: relax.op.add(
                relax.op.add(x, emit(state(zeros))), relax.op.exp(emit(state(zeros)))
            ),
            x=((1, 4), "float32"),
        ),
    )
