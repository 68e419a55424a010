"""Which tensors share their quantisation."""

from tvm import relax

from tests.passes.graph import emit, main, named
from tinycompile.quantize.model import graph

X = ((1, 4, 6), "float32")
op = relax.op


def part(x: relax.Expr, first: int, last: int) -> relax.Expr:
    return op.strided_slice(x, [2], [first], [last])


def test_shares_do_not_take_the_range_of_coordinates_beside_them() -> None:
    """A head of boxes: coordinates computed from sigmoids, next to sigmoids, as one tensor."""

    def head(x: relax.Var) -> relax.Expr:
        shares = emit(op.permute_dims(emit(op.sigmoid(x)), [0, 2, 1]))
        boxes = emit(op.strided_slice(shares, [1], [0], [3]) * relax.const(100.0, "float32"))
        scores = emit(op.strided_slice(shares, [1], [3], [6]))
        return op.concat([boxes, scores], 1)

    module = named(main(head, x=X), "share", "moved", "part", "boxes", "scores", "y")
    group = graph.read(module).group
    assert group["y"] == group["boxes"] != group["scores"]
    assert group["scores"] == group["moved"] == group["share"]


def test_tensors_that_are_joined_share() -> None:
    def body(x: relax.Var) -> relax.Expr:
        return op.concat([emit(op.exp(part(x, 0, 3))), emit(op.abs(part(x, 3, 6)))], 2)

    module = named(main(body, x=X), "a", "exp", "b", "abs", "y")
    group = graph.read(module).group
    assert group["y"] == group["exp"] == group["abs"]


def test_a_softmax_that_is_moved_keeps_its_own() -> None:
    def body(x: relax.Var) -> relax.Expr:
        shares = op.reshape(emit(op.nn.softmax(x, 2)), (1, 6, 4))
        return op.concat([emit(shares), emit(op.exp(op.reshape(x, (1, 6, 4))))], 2)

    module = named(main(body, x=X), "softmax", "moved", "x2", "exp", "y")
    found = graph.read(module)
    assert found.group["y"] == found.group["exp"] != found.group["moved"]
    assert found.group["y"] not in found.fixed
