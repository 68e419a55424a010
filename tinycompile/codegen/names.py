"""The C names of one program."""

from dataclasses import dataclass

from tinycompile.codegen.c import identifiers
from tinycompile.program import Program, Tensor


@dataclass(frozen=True)
class Names:
    """`prefix` starts every global symbol and macro, so that models link together."""

    prefix: str
    tensors: dict[str, str]  # Tensor.name -> identifier
    inputs: list[str]  # accessor of each input, e.g. "kws_input", or "kws_input_left" of several
    outputs: list[str]

    @classmethod
    def of(cls, program: Program) -> "Names":
        tensors = identifiers(program.tensors)
        return cls(
            prefix=program.name,
            tensors=tensors,
            inputs=accessors(f"{program.name}_input", program.inputs, tensors),
            outputs=accessors(f"{program.name}_output", program.outputs, tensors),
        )

    def macro(self, suffix: str) -> str:
        return f"{self.prefix}_{suffix}".upper()


def accessors(stem: str, tensors: list[Tensor], names: dict[str, str]) -> list[str]:
    if len(tensors) == 1:
        return [stem]
    wanted = [f"{stem}_{names[tensor.name]}" for tensor in tensors]
    return [n if wanted.count(n) == 1 else f"{n}_{i}" for i, n in enumerate(wanted)]
