"""Relax modules of one function, written as Python functions of variables, for the tests of passes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tvm
from tvm import relax


def main(body: Callable[..., Any], **inputs: tuple[tuple[int, ...], str]) -> tvm.IRModule:
    """`main` of the given inputs (shape, dtype); `body` returns an expression or a list of outputs."""
    params = [relax.Var(name, relax.TensorType(*type_)) for name, type_ in inputs.items()]
    builder = relax.BlockBuilder()
    with builder.function("main", params):
        with builder.dataflow():
            result = body(*params)
            result = relax.Tuple(result) if isinstance(result, list) else result
            result = builder.emit_output(result)
        builder.emit_func_output(result)
    return builder.get()


def named(module: tvm.IRModule, *names: str) -> tvm.IRModule:
    """`module`, its bindings called `names`, in order."""
    func = module["main"]
    (block,) = func.body.blocks
    new: dict[Any, Any] = {}

    def replaced(expr: Any) -> Any:
        if isinstance(expr, relax.Tuple):
            return relax.Tuple([replaced(field) for field in expr.fields])
        if isinstance(expr, relax.TupleGetItem):
            return relax.TupleGetItem(replaced(expr.tuple_value), expr.index)
        if isinstance(expr, relax.Call):
            return relax.Call(expr.op, [replaced(a) for a in expr.args], expr.attrs, expr.ty_args)
        return new.get(expr, expr) if isinstance(expr, relax.Var) else expr

    bindings = []
    builder = relax.BlockBuilder()
    for binding, name in zip(block.bindings, names, strict=True):
        value = builder.normalize(replaced(binding.value))
        new[binding.var] = type(binding.var)(name, value.ty)
        bindings.append(relax.VarBinding(new[binding.var], value))
    body = relax.SeqExpr([relax.DataflowBlock(bindings)], replaced(func.body.body))
    function = relax.Function(func.params, builder.normalize(body), func.ret_ty, True, func.attrs)
    return tvm.IRModule({"main": function})


def emit(expr: Any) -> relax.Var:
    """Bind `expr` here and now, where the order matters or it is used twice."""
    return relax.BlockBuilder.current().emit(expr)


def names(module: tvm.IRModule) -> list[str]:
    return [b.var.name for block in module["main"].body.blocks for b in block.bindings]


def operators(module: tvm.IRModule) -> list[str]:
    """The operators of the bindings, in order, without "relax."."""
    values = [b.value for block in module["main"].body.blocks for b in block.bindings]
    return [v.op.name.removeprefix("relax.") for v in values if isinstance(v, relax.Call)]


def q(x: Any, scale: float = 0.5, zero_point: int = 3, dtype: str = "int8") -> relax.Call:
    return relax.op.quantize(x, *parameters(scale, zero_point), axis=0, out_dtype=dtype)


def dq(x: Any, scale: float = 0.5, zero_point: int = 3) -> relax.Call:
    return relax.op.dequantize(x, *parameters(scale, zero_point), axis=0)


def parameters(scale: float, zero_point: int) -> tuple[Any, Any]:
    return relax.const(scale, "float32"), relax.const(zero_point, "int32")


def weights(values: Any, scales: Any, axis: int = 0) -> relax.Call:
    """A dequantised constant with a scale per channel, or one scale."""
    scale, zero = relax.const(np.float32(scales)), relax.const(0, "int32")
    return relax.op.dequantize(relax.const(np.asarray(values, np.int8)), scale, zero, axis=axis)


def becomes(transform: Any, before: tvm.IRModule, expected: tvm.IRModule) -> None:
    after = transform(before)
    tvm.ir.assert_structural_equal(after, expected)


def stays(transform: Any, module: tvm.IRModule) -> None:
    becomes(transform, module, module)


def run(module: tvm.IRModule, *inputs: Any) -> list[Any]:
    """The outputs of `module` as TVM computes them."""
    machine = relax.VirtualMachine(tvm.compile(module, target="llvm"), tvm.cpu())
    result = machine["main"](*[tvm.runtime.tensor(x) for x in inputs])
    return [t.numpy() for t in (result if hasattr(result, "__len__") else [result])]
