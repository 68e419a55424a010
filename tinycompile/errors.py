"""Errors a user can act on. The CLI prints them without a traceback; anything else is a bug."""

from collections.abc import Iterable

LONGEST = 60  # characters of one name


class TinyCompileError(Exception):
    """Base of everything the CLI reports as `error: ...` with exit status 1, or 2 for an `InvalidOption`.

    The text is one line whatever the names in it contain: what does not print is shown by its escape.
    """

    def __str__(self) -> str:
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in super().__str__())


class InvalidTarget(TinyCompileError):
    """A target file does not fit the schema."""


class InvalidModel(TinyCompileError):
    """The file is missing, truncated, or not a model."""


class InvalidOption(TinyCompileError):
    """A command-line option has a value that makes no sense."""


class UnknownTarget(InvalidOption):
    """`--target` names no file in `targets/`."""


class InvalidCmsisNN(TinyCompileError):
    """The folder given for CMSIS-NN is not one, or too old, or lacks a file."""


class InvalidInput(TinyCompileError):
    """Inputs given for verification do not fit the model."""


class OverBudget(TinyCompileError):
    """The model needs more RAM or flash than there is."""


class OutputError(TinyCompileError):
    """The output folder cannot be written."""


class UnsupportedOperator(TinyCompileError):
    """An operator, or a form of it, that cannot be compiled."""


class MissingTool(TinyCompileError):
    """A compiler, simulator or package that a step needs is not installed."""


class PluginUnavailable(TinyCompileError):
    """The profiler cannot be built here, or this QEMU does not load it."""


class BuildFailed(TinyCompileError):
    """The C compiler or linker refused; its own words follow on the lines after the first."""

    def __str__(self) -> str:
        return Exception.__str__(self)


class ImageTooLarge(BuildFailed):
    """The program does not fit the memory of the machine it is linked for."""


class OracleFailed(TinyCompileError):
    """The reference implementation cannot run the model, so there is nothing to compare with."""


class Mismatch(TinyCompileError):
    """The generated C computes something else than the reference."""


class SimulationError(TinyCompileError):
    """A program did not run to a good end."""


class ProgramFailed(SimulationError):
    """It ended itself with a status other than 0, or was killed."""


class ProgramFault(SimulationError):
    """The core took a fault."""


class ProgramHang(SimulationError):
    """It did not end in the time it had."""


class InvalidPlugin(TinyCompileError):
    """A plug-in that is not there, is not one, or adds what it may not."""


class InvalidCalibration(TinyCompileError):
    """The data given for quantisation does not fit the model, or the model cannot be quantised."""


class AccuracyLost(TinyCompileError):
    """No method of quantisation keeps the accuracy that `--max-drop` asks for."""


KINDS, NAMES = 4, 3  # of operators that one error lists, and of each kind


def listed(operators: Iterable[str]) -> str:
    """Operators as in 'Conv "c1"', by kind: LSTM (4): "a", "b", "c" and 1 more, GRU "d"."""
    kinds: dict[str, list[str]] = {}
    for operator in operators:
        kind, _, name = operator.partition(" ")
        kinds.setdefault(kind, []).append(name)
    shown = []
    for kind, names in list(kinds.items())[:KINDS]:
        count, more = f" ({len(names)}):" if len(names) > 1 else "", len(names) - NAMES
        text = ", ".join(
            name if len(name) <= LONGEST else f"{name[:LONGEST]}..." for name in names[:NAMES]
        )
        shown.append(f"{kind}{count} {text}{f' and {more} more' if more > 0 else ''}".rstrip())
    if len(kinds) > KINDS:
        shown.append(f"and {len(kinds) - KINDS} other kinds")
    return ", ".join(shown)
