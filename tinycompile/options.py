"""What a compilation can be asked for: the keywords of `tinycompile.compile`, by what they steer.

None of it needs TVM, which takes seconds to load.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from tinycompile.families import AUTO
from tinycompile.plugins.added import Plugins
from tinycompile.plugins.loading import Given
from tinycompile.quantize.options import QuantizeOptions
from tinycompile.target import Target
from tinycompile.target_files import NO_FILES, Files

Keywords = ParamSpec("Keywords")
Made = TypeVar("Made")


LEAST = "min"  # of RAM


def silent(stage: str) -> None:
    """Nobody is told what the compiler is at."""


@dataclass(frozen=True, kw_only=True)
class TargetOptions:
    """The chip, and what there is of it.

    `target` is a name (of `target.names()`), the path of a TOML file, or a Target; UnknownTarget and
    InvalidTarget say what is wrong with it. `ram` and `flash` are budgets in bytes, else the target's own;
    OverBudget says which is exceeded, and by what. `ram` may also be "min": the smallest arena, however slow.
    With `regions` what is used most lies in the target's faster RAM, beside the arena.
    """

    target: str | Path | Target = "cortex-m4"
    ram: int | str | None = None
    flash: int | None = None
    regions: bool = False

    def chip(self, more: Files = NO_FILES) -> Target:
        """The target, which may be one of `more`."""
        given = self.target
        return given if isinstance(given, Target) else Target.load(str(given), more)


@dataclass(frozen=True, kw_only=True)
class KernelOptions:
    """Which kernels take the layers.

    `kernels` is one of `tinycompile.kernels.MODES`. `asked` are kernels' symbols by the layers they are
    wanted for, a layer by its name in the model or that of its output; InvalidOption says what cannot be had.
    `cmsis_nn` is a folder of CMSIS-NN (else $CMSIS_NN_DIR, else the package bakenn); InvalidCmsisNN says why
    it is none. With `cmsis_nn_external` its sources are left out of the files. With `optimize` "speed"
    kernels are taken that spend flash and scratch for it, where the budget has room for all of them.
    """

    kernels: str = AUTO
    asked: Mapping[str, str] = field(default_factory=dict)
    cmsis_nn: str | Path | None = None
    cmsis_nn_external: bool = False
    optimize: str | None = None


@dataclass(frozen=True, kw_only=True)
class Options(TargetOptions, KernelOptions, QuantizeOptions):
    """All of it, and what has to do with the model and its library.

    `name` prefixes all C symbols, else the file's name does. With `weights` "f16" float weights that half
    precision holds exactly lie in it, in flash. `shapes` fixes the shapes of inputs, batch first, by their
    names. With `outputs` the network ends at the tensors of these names. `states` ties outputs to the inputs
    that they are in the next run, by their names. `stream_axis`, a number or a dimension's name, is where a
    sequence has frames: a run takes one of them. With `stream_input` the input comes line by line.
    `plugins` are modules, files, folders or functions of plug-ins, beside the installed ones; InvalidPlugin
    says why one is refused. `labels` is a file of the classes' names, a line each. `dump_ir` is a folder for
    the module after each pass. Without `shrink` what computes nothing stays. `progress` is told the name of
    each stage as it begins. Whatever the user can mend is raised as a TinyCompileError of one line.
    """

    name: str | None = None
    weights: str | None = None
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    outputs: Sequence[str] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    stream_axis: str | int | None = None
    stream_input: bool = False
    plugins: Given | Sequence[Given] | Plugins = ()
    dump_ir: str | Path | None = None
    labels: Path | None = None
    shrink: bool = True
    progress: Callable[[str], None] = silent


def with_keywords(
    options: Callable[Keywords, Options], compiler: Callable[[Path, Options], Made]
) -> Callable[Concatenate[str | Path, Keywords], Made]:
    """`compiler`, that takes what makes its options instead of them."""

    def compile(path: str | Path, /, *args: Keywords.args, **given: Keywords.kwargs) -> Made:
        """Compile the model file `path`; the keywords are the fields of `tinycompile.options.Options`."""
        return compiler(Path(path), options(*args, **given))

    return compile
