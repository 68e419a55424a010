"""A bug in a plug-in is the plug-in's: what its functions raise, or return by mistake, says whose it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from tinycompile.errors import TinyCompileError

P = ParamSpec("P")
R = TypeVar("R")


class PluginFailed(Exception):
    """A bug in `plugin`; what it raised, if anything, is the cause."""

    def __init__(self, plugin: str, what: str) -> None:
        super().__init__(f"bug in the plug-in {plugin}: {what}")
        self.plugin = plugin


def guarded(
    plugin: str,
    function: Callable[P, R],
    returns: type | tuple[type, ...] = object,
    failures: list[PluginFailed] | None = None,
) -> Callable[P, R]:
    """`function` of `plugin`, which `returns` one of some types; its `failures` are noted.

    TVM, in whose passes most of them are called, makes errors of its own of what they raise.
    """
    noted = [] if failures is None else failures

    def failed(what: str) -> PluginFailed:
        noted.append(PluginFailed(plugin, what))
        return noted[-1]

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            result = function(*args, **kwargs)
        except (TinyCompileError, PluginFailed):
            raise
        except (Exception, SystemExit) as error:
            raise failed(f"{name(function)} raised {type(error).__name__}") from error
        if not isinstance(result, returns):
            found = type(result).__name__
            raise failed(f"{name(function)} returned {found}, not {words(returns)}")
        return result

    return call


@contextmanager
def told(failures: list[PluginFailed]) -> Iterator[None]:
    """What ends the block is the first of its `failures`, whatever became of it on its way."""
    failures.clear()
    try:
        yield
    except Exception:
        if failures:
            raise failures[0] from failures[0].__cause__
        raise


def name(function: Any) -> str:
    module, called = getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
    return f"{module} {called}" if module and called else type(function).__name__


def words(types: type | tuple[type, ...]) -> str:
    several = types if isinstance(types, tuple) else (types,)
    return " or ".join("None" if one is type(None) else one.__name__ for one in several)
