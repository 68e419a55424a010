"""Relax operators that TVM runs, sample by sample: those that nobody wrote in numpy."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import tvm
from numpy.typing import NDArray
from tvm import relax

from tinycompile.rewriting.blocks import dataflow

Array = NDArray[Any]


def evaluate(call: relax.Call, operands: list[Array], field: int | None = None) -> Array:
    """Compiled for this machine; runs one sample at a time."""
    run = _compiled(call, field)
    samples = max(len(x) for x in operands)
    rows = ([x[i % len(x)] for x in operands] for i in range(samples))
    return np.stack([run(row) for row in rows])


@cache
def _compiled(call: relax.Call, field: int | None) -> Callable[[list[Array]], Array]:
    builder = relax.BlockBuilder()
    params: list[relax.Var] = []

    def param(expr: relax.Expr) -> relax.Expr:
        if isinstance(expr, relax.Tuple):
            return relax.Tuple([param(field) for field in expr.fields])
        if not isinstance(expr.ty, relax.TensorType):
            return expr
        params.append(relax.Var(f"x{len(params)}", expr.ty))
        return params[-1]

    args = [param(arg) for arg in call.args]
    with builder.function("main", params):
        with dataflow(builder):
            result = builder.emit_output(relax.Call(call.op, args, call.attrs, call.ty_args))
        builder.emit_func_output(result)
    with tvm.transform.PassContext(opt_level=3):  # not the pipeline's, which watches every pass
        executable = tvm.compile(builder.get(), target="llvm")
    machine = relax.VirtualMachine(executable, tvm.cpu())

    def run(row: list[Array]) -> Array:
        out = machine["main"](*[tvm.runtime.tensor(np.asarray(x, order="C")) for x in row])
        return np.asarray((out if field is None else out[field]).numpy())

    return run
