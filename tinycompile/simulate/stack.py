"""How much stack a run takes: gcc's frames, added up along the deepest way through the calls."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tinycompile.codegen import header
from tinycompile.codegen.library import Model
from tinycompile.errors import BuildFailed, MissingTool
from tinycompile.simulate.build import compile_objects, find_compiler
from tinycompile.simulate.pushes import pushed
from tinycompile.target import Target

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled

INDIRECT = "__indirect_call"  # gcc's name for whatever a pointer leads to
NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "[^"]*\\n(\d+) bytes \(', re.M)
EDGE = re.compile(r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', re.M)


class Recursive(Exception):
    """A function calls itself: none of ours does, one of a plug-in may."""


@dataclass(frozen=True)
class Calls:
    """Frames of functions, in bytes, and whom each calls. What has no frame here is of libc."""

    frames: Mapping[str, int]
    called: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def depth(self, function: str) -> int:
        """The most that `function` and all it calls have on the stack at once."""
        return self._depth(function, ())

    def _depth(self, function: str, above: tuple[str, ...]) -> int:
        if function in above:
            raise Recursive(f"{function} calls itself, for which there is no bound")
        if function == INDIRECT:
            return self.pointed_at
        below = (self._depth(name, (*above, function)) for name in self.called.get(function, ()))
        return self.frames.get(function, 0) + max(below, default=0)

    @cached_property
    def pointed_at(self) -> int:
        """The deepest of the functions that a pointer may lead to: those that call none by one."""
        plain = (name for name in self.frames if INDIRECT not in self._below(name))
        return max((self.depth(name) for name in plain), default=0)

    def _below(self, function: str) -> set[str]:
        found: set[str] = set()
        left = [function]
        while left:
            fresh = self.called.get(left.pop(), frozenset()) - found
            found |= fresh
            left += fresh
        return found


def calls(units: Iterable[tuple[str, Mapping[str, int]]]) -> Calls:
    """From what gcc's -fcallgraph-info=su writes, and what functions push to which it gives no frame."""
    frames: dict[str, int] = {}
    called: dict[str, set[str]] = {}
    for text, by_hand in units:
        for name, size in NODE.findall(text):
            frames[name] = int(size) or by_hand.get(name.rpartition(":")[2], 0)
        for caller, callee in EDGE.findall(text):
            called.setdefault(caller, set()).add(callee)
    return Calls(frames, {name: frozenset(found) for name, found in called.items()})


def of(files: Mapping[str, str], function: str, target: Target) -> int | None:
    """Bytes for `function` in the C `files` of a library, at -O2.

    None where there is no gcc for `target`, or where a function of a plug-in has no bound.
    """
    try:
        compiler = find_compiler(target)
    except MissingTool:
        return None
    with TemporaryDirectory() as folder:
        place = Path(folder)
        for name, text in files.items():
            if name.endswith((".c", ".h")):
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_text(text)
        sources = [place / name for name in files if has_code(name)]
        flags = ["-O2", *target.cflags, "-fcallgraph-info=su"]
        try:
            units = compile_objects(
                sources, [place], place / "objects", compiler=compiler, flags=flags
            )
            pushes = [{} if target.is_host else pushed(unit) for unit in units]
            graphs = [unit.with_suffix(".ci").read_text() for unit in units]
            return calls(zip(graphs, pushes, strict=True)).depth(function)
        except (BuildFailed, Recursive):  # another compiler than gcc, or an old one
            return None


def has_code(name: str) -> bool:
    """Whether a file of a library has functions of it; tables take a compiler long."""
    return name.endswith(".c") and not name.endswith("_weights.c") and "examples/" not in name


def measure(compiled: "Compiled") -> None:
    """Adds to header and report of a library how much stack a run takes, if a compiler is at hand."""
    program = compiled.program
    run = f"{program.name}_{'line' if compiled.memory.fed else 'run'}"
    program.stack_bytes = of(compiled.files, run, compiled.target)
    model = Model(program, compiled.memory, compiled.source.path.name, compiled.target)
    compiled.files[f"{program.name}.h"] = header.header(
        program, model.plan, model.names, model.origin
    )
    compiled.tell(ram=compiled.report["ram"] | {"stack_bytes": program.stack_bytes})
