"""From Relax to a `Program`: every composite function becomes a layer, every reshape an alias."""

from dataclasses import dataclass
from typing import Any

from tvm import relax

from tinycompile import external, tir
from tinycompile.assignments import with_assignments
from tinycompile.call import Call
from tinycompile.codegen.c import C_TYPES
from tinycompile.errors import UnsupportedOperator, listed
from tinycompile.families import GENERATED
from tinycompile.frontend.source import Source
from tinycompile.functions import Functions, call_of
from tinycompile.kernel import Bindings, Kernel, Refusal
from tinycompile.leftovers import Leftovers
from tinycompile.passes.select.group_leftovers import is_left
from tinycompile.program import Layer, Program, State, Tensor
from tinycompile.quantization import QParams
from tinycompile.rewriting.outline import COMPOSITE
from tinycompile.rewriting.rewriter import REALS


def lower(
    module: Any,
    name: str,
    source: Source,
    kernels: list[Kernel],
    refusals: dict[str, list[Refusal]],
    *,
    half: bool = False,
) -> Program:
    """Lower the selected module. `refusals` explain an operator that no kernel took.

    With `half` the tables of generated functions are of half precision where that is exact.
    """
    return _Lowering(module, name, source, kernels, refusals, half).run()


def refuse_leftovers(module: Any, source: Source, refusals: dict[str, list[Refusal]]) -> None:
    """Raise if operators of the selected module remain that no kernel took."""
    named = leftovers(module, source, refusals)
    if named.left:
        raise named.error()


def leftovers(module: Any, source: Source, refusals: dict[str, list[Refusal]]) -> Leftovers:
    (block,) = module["main"].body.blocks
    left = [binding for binding in block.bindings if is_left(binding.value)]
    return Leftovers(left, block.bindings, source, refusals)


@dataclass(frozen=True)
class _Called:
    """What a composite function is as a layer: `params` are those of its own that the kernel takes."""

    name: str
    kernel: Kernel
    call: Call
    params: list[relax.Var]
    source: str = ""  # operators of the model, if there are several


class _Lowering:
    def __init__(
        self,
        module: Any,
        name: str,
        source: Source,
        kernels: list[Kernel],
        refusals: dict[str, list[Refusal]],
        half: bool,
    ) -> None:
        self.module, self.source, self.half = module, source, half
        self.named = leftovers(module, source, refusals)
        self.kernels = {kernel.symbol: kernel for kernel in kernels}
        self.program = Program(name)
        self.tensors: dict[relax.Var, Tensor] = {}
        self.reals: dict[str, QParams] = {}  # how integers stand for a float tensor, by its name
        self.assigned: list[tuple[Tensor, Tensor]] = []  # states and what they become
        self.fields: dict[relax.Var, dict[int, relax.Var]] = {}  # of layers' tuples, by index
        self.functions = Functions(name)

    def run(self) -> Program:
        main = self.module["main"]
        for name, text in dict(main.attrs.get(REALS, {})).items():
            scale, zero_point = str(text).split()
            self.reals[str(name)] = QParams(float(scale), int(zero_point))
        (block,) = main.body.blocks
        self.program.inputs = [self.tensor(param) for param in main.params]
        if self.named.left:
            raise self.named.error()
        for binding in block.bindings:
            if isinstance(binding.value, relax.TupleGetItem):
                whole, index = binding.value.tuple_value, binding.value.index
                self.fields.setdefault(whole, {})[index] = binding.var
        for binding in block.bindings:
            self.bind(binding.var, binding.value)
        returned = self.returned(main.body.body, {b.var: b.value for b in block.bindings})
        for value in returned:
            if not isinstance(value, relax.Var):
                raise UnsupportedOperator("an output is a constant: leave it out of the model")
        self.program.outputs = [self.tensors[var] for var in returned]
        self.program = with_assignments(self.program, dict(self.assigned))
        layouts = dict(main.attrs.get("tc.layouts", {}))
        known = {str(name): str(layout) for name, layout in layouts.items()}
        of_integers = {t.name: known[t.real] for t in self.tensors.values() if t.real in known}
        self.program.layouts = known | of_integers
        return self.program

    def returned(self, result: Any, values: dict[relax.Var, Any]) -> list[relax.Var]:
        value = values.get(result)
        return list(value.fields) if isinstance(value, relax.Tuple) else [result]

    def bind(self, var: relax.Var, value: Any) -> None:
        if isinstance(value, relax.Tuple | relax.TupleGetItem):
            return  # the tuple of outputs; an output of a layer, which made it
        if isinstance(value, relax.Var):
            self.tensors[var] = self.tensors[value]
            return
        if not isinstance(value, relax.Call):
            raise UnsupportedOperator(
                f"{self.origin(var)}: the output is the constant {var.name!r}"
            )
        if isinstance(value.op, relax.GlobalVar):
            self.layer(var, value)
        elif external.is_state(value):
            state = State(self.tensor(var), external.initial_value(value))
            self.program.states.append(state)
        elif external.is_assignment(value):
            self.assigned.append((self.tensors[value.args[1]], self.tensors[value.args[2]]))
        else:
            self.tensor(var, storage=self.tensors[value.args[0]].storage)

    def layer(self, var: relax.Var, call: relax.Call) -> None:
        composite = self.module[call.op]
        generated = composite.attrs[COMPOSITE] == GENERATED
        actual = dict(zip(composite.params, call.args, strict=True))
        made = self.fields.get(var, {0: var})
        called = self.generated(composite, made[0]) if generated else self.selected(composite)
        index = len(self.program.layers)
        self.program.layers.append(
            Layer(
                name=f"layer{index:02}_{called.name}",
                source=called.source or self.origin(made[0]),
                kernel=called.kernel,
                call=called.call,
                inputs=tuple(self.tensors[actual[param]] for param in called.params),
                outputs=tuple(self.tensor(made[i]) for i in range(len(made))),
            )
        )

    def selected(self, composite: relax.Function) -> _Called:
        kernel = self.kernels[composite.attrs[COMPOSITE]]
        match = kernel.pattern().extract(composite.body.body, Bindings(composite))
        assert match is not None, f"{kernel.symbol} no longer matches its own composite"
        lowered = kernel.lower(match)
        params = [match[part] for part in lowered.inputs if part]
        return _Called(kernel.symbol.removeprefix("tc_"), kernel, lowered, params)

    def generated(self, composite: relax.Function, var: relax.Var) -> _Called:
        operators = self.operators(composite, var)
        try:
            ties_away = self.source.format == "tflite"
            made = tir.generate(composite, module=self.module, ties_away=ties_away, half=self.half)
        except tir.Refused as refused:
            raise UnsupportedOperator(f"cannot compile {listed(operators)}: {refused}") from None
        calls = [b.value for b in composite.body.blocks[0].bindings]
        names = [c.op.name for c in calls if isinstance(c, relax.Call)]
        of_relax = frozenset(name.removeprefix("relax.") for name in names)
        kernel = self.functions.kernel(made, of_relax, ", ".join(operators))
        params = [composite.params[i] for i in made.inputs]
        behind = f" and {len(operators) - 1} before it" * (len(operators) > 1)
        source = f"{operators[-1]}{behind}"
        return _Called(made.operators, kernel, call_of(made), params, source)

    def operators(self, composite: relax.Function, var: relax.Var) -> list[str]:
        """The operators of the model that `composite`, which makes `var`, computes, in order."""
        (block,) = composite.body.blocks
        names = [b.var.name for b in block.bindings if b.var.name in self.source.nodes]
        known = list(dict.fromkeys(map(self.source.origin, names)))
        return known or [self.origin(var)]

    def tensor(self, var: relax.Var, storage: str = "") -> Tensor:
        dtype = str(var.ty.dtype)
        real = var.name if var.name in self.reals and dtype != "float32" else ""
        name = self.unique(f"{real} in {dtype}" if real else var.name)
        if dtype not in C_TYPES:
            raise UnsupportedOperator(
                f"{self.origin(var)} is {dtype}; tensors are of {', '.join(C_TYPES)}: convert the model"
            )
        tensor = Tensor(
            name=name,
            shape=tuple(int(d) for d in var.ty.shape),
            dtype=dtype,
            storage=storage or name,
            quantization=self.source.quantization.get(var.name) or self.reals.get(var.name),
            real=real,
        )
        self.program.tensors[name] = self.tensors[var] = tensor
        return tensor

    def unique(self, name: str) -> str:
        taken = self.program.tensors
        return name if name not in taken else f"{name}#{sum(t.startswith(name) for t in taken)}"

    def origin(self, var: relax.Var) -> str:
        return self.named.origin(var)
