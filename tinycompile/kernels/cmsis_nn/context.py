"""What kernels that call CMSIS-NN are made for."""

from dataclasses import dataclass

from tinycompile.target import Isa


@dataclass(frozen=True)
class Context:
    """The CMSIS-NN that is called and the core that runs it."""

    isa: Isa
    version: tuple[int, int]
    functions: frozenset[str]  # what it has
