"""Rewriting `main`, binding by binding, so that tensors of the model keep their names.

A pass states a rule: the value of a binding goes in, the value to put in its place comes out. TVM's own
rewriters name what they make lv, lv1...; here the binding keeps its name, and a value that turns out to be
another one passes its name on where that other has none.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import tvm
import tvm_ffi
from tvm import relax

from tinycompile.external import is_assignment
from tinycompile.rewriting.expressions import is_call, substitute, typed, variables

# Attribute of main: integer tensor that has the name of the float tensor of the model it stands for ->
# its scale and zero point.
REALS = "tc.reals"
SETTLED = "_"  # ends an invented name that stays with its tensor

# (rewriter, variable, value) -> the value to bind instead, which may nest calls, or None to leave it.
Rule = Callable[["Rewriter", relax.Var, relax.Call], relax.Expr | None]


SPARE_WALKS = 100


class EndlessRewriting(RuntimeError):
    """A bug: rules of passes that never come to an end."""


def rewrite(mod: tvm.IRModule, *rules: Rule) -> tvm.IRModule:
    """Apply the first of `rules` that fits to every binding, in order, until none has any more to do."""
    *_, (result, _) = walks(mod, rules)
    return result


def walks(mod: tvm.IRModule, rules: Sequence[Rule]) -> Iterator[tuple[tvm.IRModule, list[Rule]]]:
    """What `rewrite` does, a walk at a time: the module after it, and which rules changed something."""
    applied: dict[str, Rule] = {}  # by the last walk: variable -> rule

    def first(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
        for rule in rules:
            if (result := rule(rewriter, var, call)) is not None:
                applied[var.name] = rule
                return result
        return None

    # A value may have to pass every other one, a binding a walk; no graph needs many more walks.
    for _ in range(SPARE_WALKS + sum(len(block.bindings) for block in mod["main"].body.blocks)):
        applied.clear()
        rewriter = Rewriter(mod, first)
        mod = rewriter.run()
        yield mod, list(applied.values())
        if not rewriter.changed:
            return
    names = {var: f"{rule.__module__}.{rule.__qualname__}" for var, rule in applied.items()}
    raise EndlessRewriting(f"rules undo each other: {names}")


def is_invented(name: str) -> bool:
    """Whether the compiler made up the name, as opposed to the model."""
    return re.fullmatch(rf"(lv|gv)\d*{SETTLED}?", name) is not None


def is_reused(name: str) -> bool:
    """Whether a later pass may have given the name to another tensor."""
    return is_invented(name) and not name.endswith(SETTLED)


class Rewriter:
    """One walk over the bindings of `main`; rules look values up in it and emit into it.

    What nothing needs any more is left out. Afterwards only the result is a Var, all else are DataflowVars.
    """

    def __init__(self, mod: tvm.IRModule, rule: Rule) -> None:
        self.mod, self.rule, self.main = mod, rule, mod["main"]
        self.builder = relax.BlockBuilder(mod)
        self.params = list(self.main.params)
        self.attributes: dict[str, Any] = dict(self.main.attrs or {})
        self.changed = False
        self._bound: dict[relax.Var, relax.Expr] = {}  # the new bindings, in order
        self._names: dict[relax.Var, str] = {}  # of those
        self._reads: dict[relax.Var, list[relax.Var]] = {}  # what those read
        self._replaced: dict[relax.Var, relax.Expr] = {}  # old variable -> what stands for it
        self._same_type: dict[relax.Var, bool] = {}  # of old variables and what stands for them
        self._name: str | None = None  # of the binding being rewritten, until somebody takes it
        self._result = self.main.body.body
        self._old = [b for block in self.main.body.blocks for b in block.bindings]
        self._number = 0
        self._taken = {binding.var.name for binding in self._old}
        self._returned = returned(self._result, {b.var: b.value for b in self._old})

    # --- For rules --------------------------------------------------------------------------------

    def value(self, expr: relax.Expr) -> relax.Expr:
        """What the variable `expr` is bound to; anything else, and a parameter, is itself."""
        return self._bound.get(expr, expr) if isinstance(expr, relax.Var) else expr

    def call(self, expr: relax.Expr, op: str) -> relax.Call | None:
        """The call of the Relax operator `op`, e.g. "nn.conv2d", that `expr` is or is bound to."""
        value = self.value(expr)
        return value if is_call(value, op) else None

    def replace(self, old: relax.Var, new: relax.Expr) -> None:
        """From here on `new` stands for `old`, a variable of the module that is rewritten."""
        self._replaced[old] = new

    def is_output(self, expr: relax.Expr) -> bool:
        """Whether `expr` is a result of the function."""
        return any(self._replaced.get(old, old).same_as(expr) for old in self._returned)

    def makes_output(self, var: relax.Var) -> bool:
        """Whether the binding being rewritten, of `var`, is a result of the function."""
        return var in self._returned

    def readers(self, var: relax.Var) -> list[relax.Expr]:
        """The values that read `var`, of the module that is rewritten."""
        return self._readers.get(var, [])

    def is_only_returned(self, var: relax.Var) -> bool:
        """Whether nothing reads `var`, of the module that is rewritten, but the function's result."""
        readers = (b.value for b in self._old if not b.var.same_as(self._result))
        return not any(var in variables(value) for value in readers)

    def emit(self, expr: relax.Expr, *, take_name: bool = False) -> relax.Var:
        """Bind `expr`; with `take_name` under the name of the binding being rewritten."""
        name = self._name if take_name else None
        if name is not None:
            self._name = None
        return self._bind(expr, name)

    def reshaped(self, var: relax.Var, expr: relax.Expr, shape: Sequence[int]) -> relax.Expr:
        """`expr`, which is the tensor `var` but for its shape, reshaped to `shape`.

        It takes over the name, being the one that is computed; an output must keep its shape.
        """
        inner = expr if self.makes_output(var) else self.emit(expr, take_name=True)
        return relax.op.reshape(inner, shape)

    def second_name(self, value: relax.Expr) -> relax.Expr:
        """What to bind to an output that is `value`, where that is known by another name already."""
        return value

    @cached_property
    def _readers(self) -> dict[relax.Var, list[relax.Expr]]:
        found: dict[relax.Var, list[relax.Expr]] = {}
        for binding in self._old:
            for var in variables(binding.value):
                found.setdefault(var, []).append(binding.value)
        return found

    # --- The walk ---------------------------------------------------------------------------------

    def run(self) -> tvm.IRModule:
        """The rewritten module; the very same one if there was nothing to do."""
        for binding in self._old:
            value = binding.value
            self._reads[binding.var] = variables(value)
            changed = any(var in self._replaced for var in self._reads[binding.var])
            if changed:
                value = self._substituted(binding)
            self._rewrite(binding.var, value, untouched=not changed)
        return self._finish(substitute(self._result, self._replaced))

    def _substituted(self, binding: relax.Binding) -> relax.Expr:
        """What `binding` is bound to, of the variables that stand for those it reads."""
        value = substitute(binding.value, self._replaced)
        if not isinstance(value, relax.Call):
            return value
        if all(self._keeps_type(var) for var in self._reads[binding.var]):
            return typed(value, binding.value.ty)  # inferring it is most of the work of a pass
        return self.builder.normalize(value)

    def _keeps_type(self, var: relax.Var) -> bool:
        """Whether what stands for `var`, if anything, has its type."""
        if var not in self._same_type:
            new = self._replaced.get(var, var)
            simple = isinstance(new, relax.Var | tvm.ir.GenericConst)
            self._same_type[var] = simple and tvm_ffi.structural_equal(new.ty, var.ty)
        return self._same_type[var]

    def _rewrite(self, var: relax.Var, value: relax.Expr, untouched: bool) -> None:
        self._name = var.name
        simple = self._simple(value)
        if isinstance(simple, relax.Call) and (new := self.rule(self, var, simple)) is not None:
            self.changed, simple = True, self._simple(new)
        if isinstance(simple, relax.Tuple) and not var.same_as(self._result):
            self._replaced[var] = self._operand(simple)
        elif isinstance(simple, relax.Var | tvm.ir.GenericConst):
            self._replace(var, self._alias(var, simple))
        elif untouched and simple.same_as(value) and self._name is not None:
            self._bound[var], self._names[var] = value, var.name
        else:
            self._replaced[var] = self._bind(simple, self._name)

    def _replace(self, var: relax.Var, value: relax.Expr) -> None:
        if not var.same_as(value):
            self._replaced[var] = value

    def _simple(self, value: relax.Expr) -> relax.Expr:
        """A field of a tuple that is known is that field."""
        if isinstance(value, relax.TupleGetItem):
            whole = self.value(value.tuple_value)
            return whole.fields[value.index] if isinstance(whole, relax.Tuple) else value
        return value

    def _alias(self, var: relax.Var, value: relax.Expr) -> relax.Expr:
        """`var` is only another name of `value`. An output keeps its name whatever happens."""
        if var not in self._returned:
            invented = value in self._names and self._is_spare(self._names[value])
            if invented and not self.is_output(value) and not is_invented(var.name):
                self._names[value] = var.name
        elif value not in self._bound or self.is_output(value):
            kept = self.second_name(value)
            if kept.same_as(value) and tvm_ffi.structural_equal(value.ty, var.ty):
                self._bound[var], self._names[var] = value, var.name
                self._reads[var] = variables(value)
                return var
            return self._bind(kept, self._name)
        elif not is_invented(var.name):
            self._names[value] = var.name
        return value

    def _is_spare(self, name: str) -> bool:
        """Whether any name of the model is better: it is invented, or that of a float tensor."""
        return is_invented(name) or name in self.attributes.get(REALS, {})

    def _bind(self, value: relax.Expr, name: str | None) -> relax.Var:
        if isinstance(value, relax.Call):
            args = [self._operand(arg) for arg in value.args]
            value = relax.Call(value.op, args, value.attrs, value.ty_args)
        elif isinstance(value, relax.Tuple):
            value = self._operand(value)
        value = self.builder.normalize(value)
        var = relax.DataflowVar(name or self._invent(), value.ty)
        self._bound[var], self._names[var] = value, var.name
        self._reads[var] = variables(value)
        return var

    def _operand(self, expr: relax.Expr) -> relax.Expr:
        """`expr` as an operand: a call that it contains is bound first."""
        if isinstance(expr, relax.Tuple):
            return relax.Tuple([self._operand(field) for field in expr.fields])
        return self._bind(expr, None) if isinstance(expr, relax.Call | relax.TupleGetItem) else expr

    def _live(self, result: relax.Expr) -> list[relax.Var]:
        """The bindings that `result` and the assignments to states depend on, in order."""
        needed: set[relax.Expr] = {result}
        kept = []
        for var in reversed(self._bound):
            if var in needed or is_assignment(self._bound[var]):
                kept.append(var)
                needed.update(self._reads[var])
        return kept[::-1]

    def _invent(self) -> str:
        while (name := f"lv{self._number}") in self._taken:
            self._number += 1
        self._taken.add(name)
        return name

    def _finish(self, result: relax.Expr) -> tvm.IRModule:
        if isinstance(result, relax.Tuple):
            result = self._bind(result, "gv")
        final: dict[relax.Var, relax.Expr] = {}  # variables that differ from those bound
        bindings = []
        for var in self._live(result):
            value = self._bound[var]
            if any(read in final for read in self._reads[var]):
                value = substitute(value, final)
            kind = relax.Var if var.same_as(result) else relax.DataflowVar
            if type(var) is not kind or var.name != self._names[var]:
                final[var] = kind(self._names[var], var.ty)
            bindings.append(relax.VarBinding(final.get(var, var), value))
        if len(bindings) == len(self._old) and not (final or self._replaced or self.changed):
            return self.mod
        blocks = [relax.DataflowBlock(bindings)] if bindings else []
        body = self.builder.normalize(relax.SeqExpr(blocks, substitute(result, final)))
        main = relax.Function(self.params, body, body.ty, self.main.is_pure, self.main.attrs)
        functions = dict(self.mod.functions_items())
        functions[self.mod.get_global_var("main")] = main.with_attrs(self.attributes)
        return tvm.IRModule(functions, attrs=self.mod.attrs)


def returned(result: relax.Expr, values: dict[relax.Var, relax.Expr]) -> list[relax.Expr]:
    """The outputs: the fields of the tuple that `result` is bound to, or `result` itself.

    What an invented name stands for is the output, if that is another variable.
    """
    while isinstance(values.get(result), relax.Var) and is_invented(result.name):
        result = values[result]
    value = values.get(result, result)
    return list(value.fields) if isinstance(value, relax.Tuple) else [result]
