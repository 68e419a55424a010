"""What a quantize or dequantize call says, read once for all passes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile.quantization import QParams, integer_limits
from tinycompile.rewriting.expressions import is_call
from tinycompile.rewriting.rewriter import REALS, Rewriter, is_invented


@dataclass(frozen=True)
class Quantization:
    """Constant scale and zero point, as arrays; `axis` has a meaning only for those per channel."""

    scale: NDArray[np.float32]
    zero_point: NDArray[Any]
    axis: int
    dtype: str  # of the integers

    @property
    def whole(self) -> QParams | None:
        """The parameters of a tensor quantised as a whole; None where they are per channel."""
        if self.scale.ndim > 0 or self.zero_point.ndim > 0:
            return None
        return QParams(float(self.scale), int(self.zero_point))

    @property
    def limits(self) -> tuple[int, int]:
        """The lowest and the highest integer."""
        return integer_limits(self.dtype)

    def integer(self, real: float) -> int:
        """The integer that stands for `real`, within the limits."""
        assert self.whole is not None
        low, high = self.limits
        return low if real == -np.inf else high if real == np.inf else min(
            max(self.whole.quantize(real), low), high
        )  # fmt: skip

    def exactly(self, real: float) -> int | None:
        """The integer that stands for `real` and nothing else, or None."""
        params = self.whole
        if params is None or not np.isfinite(real):
            return None
        value = np.float32(self.integer(real) - params.zero_point) * np.float32(params.scale)
        return self.integer(real) if value == np.float32(real) else None

    def real(self, integers: NDArray[Any]) -> NDArray[np.float32]:
        """What `integers` stand for."""
        offsets = integers.astype(np.int64) - self._along(self.zero_point, integers.ndim)
        return np.asarray(offsets.astype(np.float32) * self._along(self.scale, integers.ndim))

    def integers(self, real: NDArray[Any]) -> NDArray[Any]:
        """The integers that stand for `real`, ties to even, within the limits."""
        quotient = np.rint(real / self._along(self.scale, real.ndim))
        shifted = quotient + self._along(self.zero_point, real.ndim)
        return np.asarray(np.clip(shifted, *self.limits), self.dtype)

    def _along(self, values: NDArray[Any], rank: int) -> NDArray[Any]:
        """`values` as they apply to a tensor of `rank` dimensions."""
        if values.ndim == 0:
            return values
        return values.reshape([-1 if axis == self.axis else 1 for axis in range(rank)])

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Quantization)
            and (self.dtype, self.scale.shape) == (other.dtype, other.scale.shape)
            and np.array_equal(self.scale, other.scale)
            and np.array_equal(
                np.broadcast_to(self.zero_point, self.scale.shape),
                np.broadcast_to(other.zero_point, self.scale.shape),
            )
            and (self.whole is not None or self.axis == other.axis)
        )

    __hash__ = None  # type: ignore[assignment]

    def quantize(self, real: relax.Expr) -> relax.Call:
        return relax.op.quantize(real, *self._operands(), self.axis, self.dtype)

    def dequantize(self, integers: relax.Expr) -> relax.Call:
        return relax.op.dequantize(integers, *self._operands(), self.axis, "float32")

    def _operands(self) -> tuple[relax.Expr, relax.Expr]:
        return relax.const(self.scale, "float32"), relax.const(self.zero_point.astype(np.int32))


def of_quantize(call: Any) -> Quantization | None:
    """How `call` quantises; None if it does not, or to something computed."""
    return _of(call, str(call.attrs.out_dtype)) if is_call(call, "quantize") else None


def of_dequantize(call: Any) -> Quantization | None:
    """The quantisation of the integers that `call` dequantises to float32."""
    if not is_call(call, "dequantize") or str(call.attrs.out_dtype) != "float32":
        return None
    return _of(call, str(call.args[0].ty.dtype))


def dequantized(rewriter: Rewriter, expr: relax.Expr) -> tuple[relax.Expr, Quantization] | None:
    """The integers behind `expr` and their quantisation, if it is a dequantize."""
    call = rewriter.value(expr)
    quantization = of_dequantize(call)
    return None if quantization is None else (call.args[0], quantization)


def known(rewriter: Rewriter, expr: relax.Expr) -> NDArray[Any] | None:
    """The value of `expr`, if that is a constant, quantised or not."""
    found = dequantized(rewriter, expr)
    value = expr if found is None else found[0]
    if not isinstance(value, GenericConst):
        return None
    return value.value.numpy() if found is None else found[1].real(value.value.numpy())


def dequantized_as(
    rewriter: Rewriter, var: relax.Var, integers: relax.Expr, quantization: Quantization
) -> relax.Call:
    """dequantize(integers) in the place of `var`. A tensor of the model lends the integers its name."""
    if is_invented(var.name) or rewriter.makes_output(var) or quantization.whole is None:
        return quantization.dequantize(integers)
    named = rewriter.emit(integers, take_name=True)
    scale, zero_point = quantization.whole.scale, quantization.whole.zero_point
    noted = {str(name): str(text) for name, text in rewriter.attributes.get(REALS, {}).items()}
    rewriter.attributes[REALS] = noted | {var.name: f"{scale!r} {zero_point}"}
    return quantization.dequantize(named)


def add_integers(
    sums: relax.Expr, integers: NDArray[Any], scales: NDArray[np.float32]
) -> relax.Call:
    """`sums` plus `integers` times `scales`, one value a channel, on the last axis.

    int64, which dequantize does not take, is added as two int32 words, the low and the high one.
    """
    if integers.dtype == np.int64:
        low = integers.astype(np.int32)
        high = ((integers - low) >> 32).astype(np.int32)
        return add_integers(add_integers(sums, low, scales), high, scales * np.float32(2**32))
    quantization = Quantization(scales, np.zeros((), np.int32), 0, str(integers.dtype))
    return relax.op.add(sums, quantization.dequantize(relax.const(integers)))


def _of(call: relax.Call, dtype: str) -> Quantization | None:
    scale, zero_point = call.args[1:3]
    if not (isinstance(scale, GenericConst) and isinstance(zero_point, GenericConst)):
        return None
    scales, zero_points = scale.value.numpy(), zero_point.value.numpy()
    axis = int(call.attrs.axis)
    axis = axis if axis >= 0 else axis + len(call.args[0].ty.shape)
    whole = scales.ndim == 0 and zero_points.ndim == 0
    return Quantization(scales, zero_points, 0 if whole else axis, dtype)
