"""What does nothing goes; what renames a shape is one reshape."""

from typing import Any

import pytest
from tvm import relax

from tests.passes.graph import becomes, main, named, names, operators, stays
from tinycompile.passes.canonicalize.remove_no_ops import RemoveNoOps

X = ((1, 4, 1, 6), "int8")
op = relax.op
NOTHING: dict[str, Any] = {
    "reshape": lambda x: op.reshape(x, (1, 4, 1, 6)),
    "permute_dims": lambda x: op.permute_dims(x, (0, 1, 2, 3)),
    "transposed twice": lambda x: op.permute_dims(op.permute_dims(x, (3, 0, 2, 1)), (1, 3, 2, 0)),
    "pad": lambda x: op.nn.pad(x, [0] * 8),
    "strided_slice": lambda x: op.strided_slice(x, [1], [0], [4], [1]),
    "concat": lambda x: op.concat([x], axis=1),
    "tile": lambda x: op.tile(x, (1, 1, 1, 1)),
    "broadcast_to": lambda x: op.broadcast_to(x, (1, 4, 1, 6)),
    "astype": lambda x: op.astype(x, "int8"),
    "resize": lambda x: op.image.resize2d(x, (4, 1), layout="NHWC"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_an_operator_that_does_nothing_goes(name: str) -> None:
    becomes(RemoveNoOps(), main(lambda x: op.abs(NOTHING[name](x)), x=X), main(op.abs, x=X))


SOMETHING: dict[str, Any] = {
    "permute_dims": lambda x: op.permute_dims(x, (3, 1, 2, 0)),
    "pad": lambda x: op.nn.pad(x, [0, 0, 0, 1, 0, 0, 0, 0]),
    "strided_slice": lambda x: op.strided_slice(x, [1], [3], [-5], [-1]),
    "concat": lambda x: op.concat([x, x], axis=1),
    "tile": lambda x: op.tile(x, (1, 1, 2, 1)),
}


@pytest.mark.parametrize("name", SOMETHING)
def test_its_near_miss_stays(name: str) -> None:
    stays(RemoveNoOps(), main(lambda x: op.abs(SOMETHING[name](x)), x=X))


@pytest.mark.parametrize(
    "rename",
    [
        lambda x: op.squeeze(x),
        lambda x: op.reshape(op.reshape(x, (24,)), (4, 6)),
        lambda x: op.squeeze(op.flatten(op.expand_dims(x, 0))),
        lambda x: op.squeeze(op.permute_dims(x, (2, 1, 0, 3))),
    ],
)
def test_new_shapes_are_one_reshape(rename: Any) -> None:
    shape = main(rename, x=X)["main"].ret_ty.shape
    becomes(RemoveNoOps(), main(rename, x=X), main(lambda x: op.reshape(x, shape), x=X))


def test_names_of_the_model_survive() -> None:
    before = main(lambda x: op.abs(op.reshape(op.negative(x), (1, 4, 1, 6))), x=X)
    assert names(RemoveNoOps()(named(before, "lv", "kept", "out"))) == ["kept", "out"]


def test_an_output_that_is_an_input_stays() -> None:
    after = RemoveNoOps()(named(main(NOTHING["reshape"], x=X), "out"))
    assert names(after) == ["out"]
    assert operators(after) == []
