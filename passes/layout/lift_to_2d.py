"""1-D convolutions and pools -> 2-D ones on images one pixel high: there is one kernel for both."""

from collections.abc import Sequence

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import Rewriter, Rule, rewrite

nn = relax.op.nn
LAYOUTS = {"NCW": "NCHW", "NWC": "NHWC", "OIW": "OIHW", "IOW": "IOHW", "OWI": "OHWI", "WIO": "HWIO"}


@tvm.transform.module_pass(opt_level=0, name="LiftTo2d")
class LiftTo2d:
    @property
    def rules(self) -> Sequence[Rule]:
        return (
            _convolution,
            _pool,
        )

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, *self.rules)


def _convolution(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if is_call(call, "nn.conv1d"):
        operator, more = nn.conv2d, {}
    elif is_call(call, "nn.conv1d_transpose"):
        operator, more = (
            nn.conv2d_transpose,
            {"output_padding": _pair(call.attrs.output_padding, 0)},
        )
    else:
        return None
    attrs, (data, kernel) = call.attrs, call.args
    lifted = operator(
        _lift(data, attrs.data_layout),
        _lift(kernel, attrs.kernel_layout),
        strides=_pair(attrs.strides, 1),
        padding=_padding(attrs.padding),
        dilation=_pair(attrs.dilation, 1),
        groups=attrs.groups,
        data_layout=LAYOUTS[attrs.data_layout],
        kernel_layout=LAYOUTS[attrs.kernel_layout],
        **more,
    )
    return relax.op.reshape(lifted, shape_of(call))


def _pool(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    for name in ("max_pool", "avg_pool"):
        if is_call(call, f"nn.{name}1d"):
            attrs = call.attrs
            lifted = getattr(nn, f"{name}2d")(
                _lift(call.args[0], attrs.layout),
                pool_size=_pair(attrs.pool_size, 1),
                strides=_pair(attrs.strides, 1),
                padding=_padding(attrs.padding),
                dilation=_pair(attrs.dilation, 1),
                ceil_mode=attrs.ceil_mode,
                count_include_pad=attrs.count_include_pad,
                layout=LAYOUTS[attrs.layout],
            )
            return relax.op.reshape(lifted, shape_of(call))
    return None


def _lift(data: relax.Expr, layout: str) -> relax.Expr:
    shape = list(shape_of(data))
    shape.insert(str(layout).index("W"), 1)
    return relax.op.reshape(data, shape)


def _pair(values: relax.Expr, height: int) -> list[int]:
    return [height, int(values[0])]


def _padding(values: relax.Expr) -> list[int]:
    left, right = (int(value) for value in values)
    return [0, left, 0, right]
