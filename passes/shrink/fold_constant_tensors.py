"""An operand that always has the same value in each channel is a constant: of sums, products, extremes.

What made it goes, if nothing else reads it. As a constant it takes a value a channel, not a tensor.
"""

import tvm
from tvm import relax

from tinycompile.kernel import Kernel
from tinycompile.rewriting.expressions import constant, is_call, on, shape_of, variables
from tinycompile.rewriting.rewriter import Rewriter, is_invented, rewrite
from tinycompile.shrinking.ranges import Ranges, is_known
from tinycompile.shrinking.record import Record

TAKE_CONSTANTS = ("add", "subtract", "multiply", "maximum", "minimum")


@tvm.transform.module_pass(opt_level=0, name="FoldConstantTensors")
class FoldConstantTensors:
    """`kernels` say what is constant; `record` is told what is not computed any more."""

    def __init__(self, kernels: list[Kernel], record: Record) -> None:
        self.kernels, self.record = kernels, record

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        """Every dequantize has one reader."""
        ranges = Ranges(mod, self.kernels)
        folded = {
            operand
            for value in ranges.bindings.values.values()
            for operand, other in operands(value)
            if never_changes(operand, ranges) and varies(other, ranges)
        }
        if not folded:
            return mod

        def rule(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
            if var not in folded:
                return None
            integers = ranges.bindings.values[var].args[0]
            shape = (*[1] * (len(shape_of(var)) - 1), -1)
            values = ranges.of[integers].low.reshape(shape).astype(str(integers.ty.dtype))
            return on(call, constant(values))

        result = rewrite(mod, rule)
        self.record.measure(mod)
        self.record.measure(result)
        left = {b.var.name for block in result["main"].body.blocks for b in block.bindings}
        for var, found in ranges.of.items():
            if found.constant.all() and var.name not in left and not is_invented(var.name):
                self.record.operators[var.name] = "its values never change"
        return result


def operands(value: relax.Expr) -> list[tuple[relax.Var, relax.Var]]:
    """Each with the other one, which has the shape of the result, of an operator that takes constants."""
    if not any(is_call(value, op) for op in TAKE_CONSTANTS):
        return []
    pairs = zip(value.args, value.args[::-1], strict=True)
    return [
        (operand, other)
        for operand, other in pairs
        if isinstance(operand, relax.Var) and isinstance(other, relax.Var)
        if shape_of(other) == shape_of(value)
    ]


def never_changes(operand: relax.Var, ranges: Ranges) -> bool:
    call = ranges.bindings.value(operand)
    if not is_call(call, "dequantize") or not shape_of(operand):
        return False
    return any(ranges.of[v].constant.all() for v in variables(call) if v in ranges.of)


def varies(operand: relax.Var, ranges: Ranges) -> bool:
    """A sum of constants only is left to what reads it."""
    return not is_known(ranges.bindings, operand) and not never_changes(operand, ranges)
