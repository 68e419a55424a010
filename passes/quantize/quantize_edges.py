"""Inputs and outputs of a quantised module become integers: the caller quantises, no float is in memory.

Outputs that are dequantised at last are returned before that; inputs that are quantised at first are taken
after that.
"""

import tvm
from tvm import relax

from tinycompile.rewriting import qdq
from tinycompile.rewriting.expressions import variables
from tinycompile.rewriting.rewriter import Rewriter


@tvm.transform.module_pass(opt_level=0, name="QuantizeEdges")
class QuantizeEdges:
    """Follows SplitDequantize: the dequantize of an output has no other reader."""

    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        inputs = _quantized_inputs(mod)
        rewriter = Rewriter(mod, lambda *found: _edge(inputs, *found))
        for i, param in enumerate(rewriter.params):
            if param.name in inputs:
                rewriter.params[i] = inputs[param.name]
        return rewriter.run()


def _edge(
    inputs: dict[str, relax.Var], rewriter: Rewriter, var: relax.Var, call: relax.Call
) -> relax.Expr | None:
    if (
        qdq.of_quantize(call)
        and isinstance(call.args[0], relax.Var)
        and call.args[0].name in inputs
    ):
        return inputs[call.args[0].name]
    if rewriter.makes_output(var) and qdq.of_dequantize(call):
        return call.args[0]
    return None


def _quantized_inputs(mod: tvm.IRModule) -> dict[str, relax.Var]:
    """By name, the integer inputs that take the place of float ones whose only reader quantises them."""
    main = mod["main"]
    calls = [b.value for block in main.body.blocks for b in block.bindings]
    found = {}
    for param in main.params:
        readers = [c for c in calls if isinstance(c, relax.Call) and param in variables(c)]
        if len(readers) == 1 and (quantization := qdq.of_quantize(readers[0])) is not None:
            type_ = relax.TensorType(param.ty.shape, quantization.dtype)
            found[param.name] = relax.Var(param.name, type_)
    return found
