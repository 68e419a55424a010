"""Kernels that are C functions made for one model: of the family `generated`."""

from dataclasses import dataclass

from tinycompile.kernel import Kernel


@dataclass(frozen=True)
class GeneratedKernel(Kernel):
    """`symbol` begins with the model's name; equal functions of a model are one."""

    library: str = ""  # the name of the model
    definition: str = ""  # the C function
    declaration: str = ""  # its prototype, and the struct of its tables
    helpers: tuple[str, ...] = ()  # static functions that it calls, of the same names in all
    needs_math: bool = False
    operators: frozenset[str] = frozenset()  # of Relax, that it is made of
    covers: str = ""  # the operators of the model that it was made for first

    @property
    def header(self) -> str:
        return f"{self.library}_generated.h"

    def files(self) -> dict[str, str]:
        """None of its own: all functions of a model are in one."""
        return {}
