"""Relax operators to functions of TIR, by TVM's own rules."""

from typing import Any

import tvm
from tvm import relax
from tvm.relax import transform

from tinycompile.rewriting.blocks import dataflow
from tinycompile.rewriting.expressions import is_call, on, substitute, typed
from tinycompile.tir.pieces import IN_PIECES
from tinycompile.tir.refused import Refused

CALL_TIR = "relax.call_tir"
OURS = ["relax.argmax", "relax.argmin"]  # which TVM searches in int64
PACKED = "relax.call_pure_packed"


def short(call: relax.Call) -> str:
    """The operator of `call`, without the names of its spaces."""
    op = call.args[0] if getattr(call.op, "name", "") in (PACKED, CALL_TIR) else call.op
    known = (getattr(op, key, "") for key in ("name", "name_hint", "global_symbol"))
    name = str(next(filter(None, known), "function"))
    return name.split(".")[-1]


def legalized(function: relax.Function, module: tvm.IRModule | None) -> tvm.IRModule:
    """`function` as main, its operators calls of TIR; those that are so already are in `module`."""
    functions = {} if module is None else dict(module.functions_items())
    tir = {gv: f for gv, f in functions.items() if isinstance(f, tvm.tirx.PrimFunc)}
    module = tvm.IRModule({**tir, "main": function})
    calls = [b.value for b in bindings(function) if isinstance(b.value, relax.Call)]
    try:
        with tvm.target.Target("c"), tvm.transform.PassContext(opt_level=0):
            module = transform.DecomposeOpsForInference()(module)
            module = _by_channels(module)
            if any(call.op.name in IN_PIECES for call in calls if hasattr(call.op, "name")):
                module = transform.LegalizeOps(IN_PIECES, skip_ops=OURS)(module)
            module = transform.LegalizeOps(skip_ops=OURS)(module)
            return transform.DeadCodeElimination()(module)
    except Exception as error:  # TVM's, of any kind
        words = str(error).strip().splitlines()
        last = next((line.strip() for line in reversed(words) if line.strip()), "")
        raise Refused(
            f"{', '.join(dict.fromkeys(map(short, calls)))}: TVM cannot make loops of it: {last}"
        ) from error


def _by_channels(module: tvm.IRModule) -> tvm.IRModule:
    """Transposed convolutions of NHWC in the only layout that TVM has loops for; loops know no layout."""
    calls = [b.value for b in bindings(module["main"]) if isinstance(b.value, relax.Call)]
    if not any(short(call) == "conv2d_transpose" for call in calls):
        return module
    return transform.ConvertLayout({"relax.nn.conv2d_transpose": ["NCHW", "IOHW"]})(module)


def bindings(function: relax.Function) -> list[Any]:
    return [binding for block in function.body.blocks for binding in block.bindings]


def alone(call: relax.Call) -> relax.Function:
    """A function of `call` alone."""
    params: dict[relax.Expr, relax.Var] = {}

    def param(expr: relax.Expr) -> relax.Expr:
        if isinstance(expr, relax.Tuple):
            return relax.Tuple([param(field) for field in expr.fields])
        if not isinstance(expr, relax.Var) or not isinstance(expr.ty, relax.TensorType):
            return expr
        return params.setdefault(expr, relax.Var(f"x{len(params)}", expr.ty))

    args = [param(arg) for arg in call.args]
    builder = relax.BlockBuilder()
    with builder.function("main", list(params.values())):
        with dataflow(builder):
            made = relax.Call(call.op, args, call.attrs, call.ty_args)
            out = builder.emit_output(builder.normalize(made))
        builder.emit_func_output(out)
    return builder.get()["main"]


def anonymous(function: relax.Function) -> relax.Function:
    """`function`, all variables of one name: TVM calls things after them, equal groups make equal text."""
    new: dict[relax.Var, relax.Expr] = {p: relax.Var("x", p.ty) for p in function.params}
    blocks = []
    for block in function.body.blocks:
        changed = []
        for binding in block.bindings:
            if isinstance(binding.value, relax.ShapeExpr):
                new[binding.var] = binding.value
                continue
            value = substitute(binding.value, new)
            if is_call(value, "take") and str(value.attrs.mode) == "fast":
                value = on(value, mode="clip")  # an index from outside must read no other memory
            if isinstance(value, relax.Call):
                value = typed(value, binding.value.ty)
            var = type(binding.var)("x", binding.var.ty)
            new[binding.var] = var
            changed.append(relax.VarBinding(var, value))
        blocks.append(type(block)(changed))
    params = [new[param] for param in function.params]
    body = relax.SeqExpr(blocks, substitute(function.body.body, new))
    made = relax.Function(params, relax.BlockBuilder().normalize(body), function.ret_ty, True)
    return made.with_attr("global_symbol", "main")
