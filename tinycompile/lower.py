"""From Relax to a `Program`: every composite function becomes a layer, every reshape an alias."""

import re
from typing import Any

from tvm import relax

from tinycompile.errors import UnsupportedOperator
from tinycompile.frontend.source import Source
from tinycompile.kernel import Bindings, Kernel, Refusal
from tinycompile.passes.select_kernels import COMPOSITE
from tinycompile.program import Layer, Program, Tensor

# Operators that only rename a shape: the bytes stay where they are.
FREE = {"relax.reshape", "relax.expand_dims", "relax.squeeze", "relax.flatten"}


def lower(
    module: Any, name: str, source: Source, kernels: list[Kernel], refusals: dict[str, list[Refusal]]
) -> Program:
    """Lower the selected module. `refusals` explain an operator that no kernel took."""
    return _Lowering(module, name, source, kernels, refusals).run()


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

    def run(self) -> Program:
        main = self.module["main"]
        self.program.inputs = [self.tensor(param) for param in main.params]
        (block,) = main.body.blocks
        for binding in block.bindings:
            self.bind(binding.var, binding.value)
        result = main.body.body
        returned = self.returned(result, {b.var: b.value for b in block.bindings})
        self.program.outputs = [self.tensors[var] for var in returned]
        return self.program

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
            raise UnsupportedOperator(f"{self.origin(var)}: the output is the constant {var.name!r}")
        if isinstance(value.op, relax.GlobalVar):
            self.layer(var, value)
        elif value.op.name in FREE and isinstance(value.args[0], relax.Var):
            self.tensor(var, storage=self.tensors[value.args[0]].storage)
        else:
            raise UnsupportedOperator(self.refused(var, value))

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
                output=self.tensor(var),
            )
        )

    def tensor(self, var: relax.Var, storage: str = "") -> Tensor:
        name = self.unique(var.name)
        tensor = Tensor(
            name=name,
            shape=tuple(int(d) for d in var.ty.shape),
            dtype=str(var.ty.dtype),
            storage=storage or name,
            quantization=self.source.quantization.get(var.name),
        )
        self.program.tensors[name] = self.tensors[var] = tensor
        return tensor

    def unique(self, name: str) -> str:
        taken = self.program.tensors
        return name if name not in taken else f"{name}#{sum(t.startswith(name) for t in taken)}"

    def origin(self, var: relax.Var) -> str:
        return self.source.nodes.get(var.name, f'tensor "{var.name}"')

    def refused(self, var: relax.Var, call: relax.Call) -> str:
        operator = call.op.name.removeprefix("relax.")
        reasons = [str(refusal) for refusal in self.refusals.get(var.name, [])]
        why = "; ".join(reasons) or "no kernel covers it here"
        return f"{self.origin(var)}: cannot compile {operator}: {why}"


def c_identifier(name: str) -> str:
    """`name` with everything C does not take in an identifier turned into one underscore."""
    word = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()
    return word if word and not word[0].isdigit() else f"t_{word}"
