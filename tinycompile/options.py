"""What a compilation can be asked for: the keywords of `tinycompile.compile`, by what they steer.

None of it needs TVM, which takes seconds to load.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tinycompile.families import AUTO
from tinycompile.quantize.options import QuantizeOptions
from tinycompile.target import Target


def silent(stage: str) -> None:
    """Nobody is told what the compiler is at."""


@dataclass(frozen=True, kw_only=True)
class TargetOptions:
    """The chip, and what there is of it.

    `target` is a name (of `target.names()`), the path of a TOML file, or a Target; UnknownTarget and
    InvalidTarget say what is wrong with it. `ram` and `flash` are budgets in bytes, else the target's own;
    OverBudget says which is exceeded, and by what.
    """

    target: str | Path | Target = "cortex-m4"
    ram: int | None = None
    flash: int | None = None

    def chip(self) -> Target:
        return self.target if isinstance(self.target, Target) else Target.load(str(self.target))


@dataclass(frozen=True, kw_only=True)
class KernelOptions:
    """Which kernels take the layers.

    `kernels` is one of `tinycompile.kernels.MODES`. `asked` are kernels' symbols by the layers they are
    wanted for, a layer by its name in the model or that of its output; InvalidOption says what cannot be had.
    `cmsis_nn` is a folder of CMSIS-NN (else $CMSIS_NN_DIR, else the package bakenn); InvalidCmsisNN says why
    it is none. With `cmsis_nn_external` its sources are left out of the files.
    """

    kernels: str = AUTO
    asked: Mapping[str, str] = field(default_factory=dict)
    cmsis_nn: str | Path | None = None
    cmsis_nn_external: bool = False


@dataclass(frozen=True, kw_only=True)
class Options(TargetOptions, KernelOptions, QuantizeOptions):
    """All of it, and what has to do with the model and its library.

    `name` prefixes all C symbols, else the file's name does. `shapes` fixes the shapes of inputs, batch
    first, by their names. `dump_ir` is a folder for the module after each pass. `progress` is told the name
    of each stage as it begins. Whatever the user can mend is raised as a TinyCompileError of one line.
    """

    name: str | None = None
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    dump_ir: str | Path | None = None
    progress: Callable[[str], None] = silent
