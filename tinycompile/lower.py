"""From Relax to a `Program`: every composite function becomes a layer, every reshape an alias."""

from typing import Any

from tvm import relax

from tinycompile import external
from tinycompile.assignments import with_assignments
from tinycompile.codegen.c import C_TYPES
from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.source import Source
from tinycompile.kernel import Bindings, Kernel, Refusal
from tinycompile.leftovers import Leftovers
from tinycompile.program import Layer, Program, State, Tensor
from tinycompile.quantization import QParams
from tinycompile.rewriting.outline import COMPOSITE
from tinycompile.rewriting.rewriter import REALS

# Operators that only rename a shape: the bytes stay where they are.
FREE = {"relax.reshape", "relax.expand_dims", "relax.squeeze", "relax.flatten"}


def lower(
    module: Any,
    name: str,
    source: Source,
    kernels: list[Kernel],
    refusals: dict[str, list[Refusal]],
) -> Program:
    """Lower the selected module. `refusals` explain an operator that no kernel took."""
    return _Lowering(module, name, source, kernels, refusals).run()


def refuse_leftovers(module: Any, source: Source, refusals: dict[str, list[Refusal]]) -> None:
    """Raise if operators of the selected module remain that no kernel took."""
    (block,) = module["main"].body.blocks
    _Lowering(module, "", source, [], refusals).refuse_leftovers(block.bindings)


class _Lowering:
    def __init__(
        self,
        module: Any,
        name: str,
        source: Source,
        kernels: list[Kernel],
        refusals: dict[str, list[Refusal]],
    ) -> None:
        self.module, self.source, self.refusals = module, source, refusals
        self.kernels = {kernel.symbol: kernel for kernel in kernels}
        self.program = Program(name)
        self.tensors: dict[relax.Var, Tensor] = {}
        self.reals: dict[str, QParams] = {}  # how integers stand for a float tensor, by its name
        self.assigned: list[tuple[Tensor, Tensor]] = []  # states and what they become

    def run(self) -> Program:
        main = self.module["main"]
        for name, text in dict(main.attrs.get(REALS, {})).items():
            scale, zero_point = str(text).split()
            self.reals[str(name)] = QParams(float(scale), int(zero_point))
        (block,) = main.body.blocks
        self.refuse_leftovers(block.bindings)
        self.program.inputs = [self.tensor(param) for param in main.params]
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

    def refuse_leftovers(self, bindings: Any) -> None:
        """Raise if operators remain that no kernel took."""
        left = [
            b
            for b in bindings
            if isinstance(b.value, relax.Call)
            and not isinstance(b.value.op, relax.GlobalVar)
            and not (b.value.op.name in FREE and isinstance(b.value.args[0], relax.Var))
            and not (external.is_state(b.value) or external.is_assignment(b.value))
        ]
        self.named = Leftovers(left, bindings, self.source, self.refusals, self.kernels.values())
        if left:
            raise self.named.error()

    def returned(self, result: Any, values: dict[relax.Var, Any]) -> list[relax.Var]:
        value = values.get(result)
        return list(value.fields) if isinstance(value, relax.Tuple) else [result]

    def bind(self, var: relax.Var, value: Any) -> None:
        if isinstance(value, relax.Tuple):
            return  # the tuple of outputs
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
        kernel = self.kernels[composite.attrs[COMPOSITE]]
        match = kernel.pattern().extract(composite.body.body, Bindings(composite))
        assert match is not None, f"{kernel.symbol} no longer matches its own composite"
        lowered = kernel.lower(match)
        actual = dict(zip(composite.params, call.args, strict=True))
        inputs = tuple(self.tensors[actual[match[part]]] for part in lowered.inputs)
        index = len(self.program.layers)
        self.program.layers.append(
            Layer(
                name=f"layer{index:02}_{kernel.symbol.removeprefix('tc_')}",
                source=self.origin(var),
                kernel=kernel,
                call=lowered,
                inputs=inputs,
                outputs=(self.tensor(var),),
            )
        )

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
