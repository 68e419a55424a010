"""A call of a kernel, as its `lower` function states it: all of it that the graph had to say."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Instance:
    """A C function that a macro makes of literals; of equal ones a library has one, in NAME_generated.c."""

    header: str  # what has the macro and the function's type
    type: str  # of the function, "tc_dsp_run"
    macro: str
    literals: tuple[int, ...]
    code_bytes: int = field(default=0, compare=False)  # about so many

    def symbol(self, library: str) -> str:
        numbers = "_".join(str(n).replace("-", "m") for n in self.literals)
        return f"{library}_{self.macro.removeprefix('TC_').lower()}_{numbers}"

    def declaration(self, library: str) -> str:
        return f"{self.type} {self.symbol(library)};"

    def definition(self, library: str) -> str:
        return f"{self.macro}({', '.join([self.symbol(library), *map(str, self.literals)])})"


# A field of a kernel's parameter struct: a number, a short inline array, a table in flash, a function; NULL
# are an empty table and None.
Param = int | float | tuple[int, ...] | tuple[float, ...] | np.ndarray | Instance | None

IN_PLACE = (
    -1
)  # among the distances of `Kernel.overlaps`: where the input begins, and nowhere else over it


@dataclass(frozen=True)
class Call:
    """One call of a kernel, as its `lower` function states it.

    `inputs` are the pattern's parts that the C function takes as pointers, in order, "" for a NULL. `outputs`
    say of several which are computed; for the others the C function gets NULL. `params` are the
    fields of the C struct of the kernel's name, in order. `scratch` is in bytes. `saved` are the bytes of
    constants that packing saves. `alignment` is what scratch asks for, in bytes. `overwrites` are pairs of an
    input and one of several outputs, which may share memory.
    """

    inputs: tuple[str, ...]
    params: dict[str, Param]
    macs: int = 0
    scratch: int = 0
    updates: tuple[int, ...] = ()
    saved: int = 0
    alignment: int = 1
    outputs: tuple[bool, ...] = (True,)
    overwrites: tuple[tuple[int, int], ...] = ()
