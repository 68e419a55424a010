"""Where plug-ins come from: installed packages, and what users name. Each is a function of a registry."""

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tinycompile.errors import InvalidPlugin
from tinycompile.plugins.added import Plugins
from tinycompile.plugins.failure import PluginFailed, guarded

if TYPE_CHECKING:  # TVM takes two seconds
    from tinycompile.plugins.registry import Registry

GROUP = "tinycompile.plugins"  # of entry points
FUNCTION = "register"  # where none is named

Register = Callable[["Registry"], None]
# A module, a .py file or a package's folder, maybe with ":FUNCTION" behind it; or the function itself.
Given = str | Path | Register


@dataclass(frozen=True)
class Plugin:
    """Its function, and what it is called in errors and reports."""

    name: str
    version: str
    register: Register


def load(given: Given | Sequence[Given] | Plugins) -> Plugins:
    """What the installed plug-ins, in the order of their names, and then the `given` ones add.

    Raises InvalidPlugin for one that is not there, is none, or adds what it may not.
    """
    if isinstance(given, Plugins):
        return given
    if isinstance(given, str | Path) or callable(given):  # the only one
        given = [given]
    added = Plugins()
    loaded: dict[Register, str] = {}
    for plugin in (*installed(), *map(named, given)):
        if plugin.register in loaded:
            continue
        if plugin.name in loaded.values():
            raise InvalidPlugin(f"plug-in {plugin.name}: there is another of this name")
        loaded[plugin.register] = plugin.name
        from tinycompile.plugins.registry import Registry

        added.names[plugin.name] = plugin.version
        guarded(plugin.name, plugin.register)(Registry(plugin.name, added))
    return added


def installed() -> Iterator[Plugin]:
    """The plug-ins of installed packages, by their entry points."""
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        module = imported(entry.name, entry.module)
        version = entry.dist.version if entry.dist else ""
        yield Plugin(entry.name, version, function(entry.name, module, entry.attr or FUNCTION))


def named(given: Given) -> Plugin:
    """The one that the user gave, or named."""
    if callable(given):
        name = (
            f"{given.__module__}:{given.__qualname__}" if inspect.isfunction(given) else repr(given)
        )
        return Plugin(name, "", taking_a_registry(name, given))
    text = str(given)
    place, colon, called = text.rpartition(":")
    if not colon or not called.isidentifier():
        place, called = text, FUNCTION
    if place.endswith(".py") or os.path.isdir(place):
        name, module = Path(place).resolve().stem, executed(text, Path(place))
    elif all(word.isidentifier() for word in place.split(".")):
        name, module = place, imported(text, place)
    else:
        raise InvalidPlugin(
            f"plug-in {text}: there is none (allowed: a module, a .py file, a package's folder)"
        )
    name += f":{called}" if called != FUNCTION else ""
    return Plugin(name, "", function(text, module, called))


def imported(plugin: str, module: str) -> ModuleType:
    """The `module`, which may be in the current folder."""
    sys.path.insert(0, "")
    try:
        with importing(plugin):
            return guarded(plugin, import_module)(module)
    finally:
        sys.path.remove("")


def executed(plugin: str, path: Path) -> ModuleType:
    """The module in the file or folder `path`, a package of all the modules that lie beside it."""
    file = path.resolve() / "__init__.py" if path.is_dir() else path.resolve()
    if not file.is_file():
        raise InvalidPlugin(f"plug-in {plugin}: there is no file {file}")
    name = f"plugin_{sha256(bytes(file)).hexdigest()[:12]}"
    if name not in sys.modules:
        spec = spec_from_file_location(name, file, submodule_search_locations=[str(file.parent)])
        assert spec and spec.loader
        sys.modules[name] = module = module_from_spec(spec)
        try:
            with importing(plugin):
                guarded(plugin, spec.loader.exec_module)(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


@contextmanager
def importing(plugin: str) -> Iterator[None]:
    """What cannot be imported inside is not there."""
    try:
        yield
    except PluginFailed as failed:
        if isinstance(failed.__cause__, ImportError):
            raise InvalidPlugin(f"plug-in {plugin}: {failed.__cause__}") from failed
        raise


def function(plugin: str, module: ModuleType, name: str) -> Register:
    if not hasattr(module, name):
        raise InvalidPlugin(f"plug-in {plugin}: it has no function {name}(registry)")
    return taking_a_registry(plugin, getattr(module, name))


def taking_a_registry(plugin: str, given: Any) -> Register:
    try:
        inspect.signature(given).bind(None)
    except TypeError:
        shown = getattr(given, "__name__", repr(given))
        raise InvalidPlugin(f"plug-in {plugin}: {shown} is no function of one registry") from None
    registering: Register = given
    return registering
