"""Operators that are split into simpler ones before TVM makes loops of them, as its own loops will not do."""

from collections.abc import Callable

from tvm import relax

from tinycompile.tir.norms import group_norm, instance_norm


def resize(builder: relax.BlockBuilder, call: relax.Call) -> relax.Expr:
    """With aligned corners TVM divides by the size less 1: what becomes one value is the first of two."""
    size = [int(n) for n in call.args[1].values]
    if call.attrs.coordinate_transformation_mode != "align_corners" or min(size) > 1:
        return call
    asked = relax.ShapeExpr([max(n, 2) for n in size])
    wide = builder.emit(relax.Call(call.op, [call.args[0], asked], call.attrs, call.ty_args))
    axes = [str(call.attrs.layout).index(letter) for letter in "HW"]
    return relax.op.strided_slice(wide, axes, [0, 0], size)


IN_PIECES: dict[str, Callable[[relax.BlockBuilder, relax.Call], relax.Expr]] = {
    "relax.nn.instance_norm": instance_norm,
    "relax.nn.group_norm": group_norm,
    "relax.image.resize2d": resize,
}
