"""What a plug-in's function receives, to add to the compiler; what cannot be added is refused in a line."""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from pathlib import Path
from types import NoneType
from typing import Any

import tvm
from tvm import relax

from tinycompile import runtime_c, target, target_files
from tinycompile.call import Call
from tinycompile.errors import InvalidPlugin, InvalidTarget
from tinycompile.families import AUTO
from tinycompile.frontend.custom import Convert, Operator, Types, like_the_first
from tinycompile.kernel import Kernel, Pattern
from tinycompile.kernels import FAMILIES
from tinycompile.plugins.added import OURS, PHASES, Plugins, taken
from tinycompile.plugins.failure import guarded

SYMBOL = re.compile("tc_[a-z0-9_]+")
OF_OURS = sorted(runtime_c.FOLDER.rglob("*.[ch]"))


@dataclass(frozen=True)
class Registry:
    """`plugin` adds to what others have `added` before it."""

    plugin: str
    added: Plugins

    def add_kernel(self, kernel: Kernel) -> None:
        """A kernel, whose C file and header are in its `folder`; it is asked before those its family has."""
        if not isinstance(kernel, Kernel):
            raise self.refusal(f"its kernel {kernel!r} is no Kernel")
        symbol, family = kernel.symbol, kernel.family
        if not SYMBOL.fullmatch(symbol):
            raise self.refusal(
                f"its kernel {symbol!r} must be called tc_ and small letters, digits, underscores"
            )
        if family not in (families := [*(one.name for one in FAMILIES), *self.added.families]):
            raise self.refusal(
                f"its kernel {symbol} is of the family {family!r} (there are {', '.join(families)}; "
                "add_family adds one)"
            )
        for name in ("pattern", "lower", "reference"):
            if not callable(getattr(kernel, name)):
                raise self.refusal(f"its kernel {symbol} has a {name} that is no function")
        self.claim("kernels", symbol, [path.stem for path in OF_OURS])
        self.check_files(kernel)
        self.added.kernels.append(self.guarded_kernel(kernel))

    def check_files(self, kernel: Kernel) -> None:
        """Raise if files of it are missing, or have the names of others: a library has all in one folder."""
        files = {path.name: path for path in Path(kernel.folder).rglob("*.[ch]")}
        for name in (kernel.source, kernel.header):
            if name not in files:
                raise self.refusal(f"there is no {name} of its kernel in {kernel.folder}")
        ours = [path.name for path in OF_OURS]
        for name in sorted(kernel.files().keys() & files.keys()):
            if self.added.owners.get(("files", name)) != self.plugin:
                self.claim("files", name, ours)

    def add_family(self, name: str, description: str) -> None:
        """A family, for kernels that --kernels shall choose by a name of their own."""
        if name == AUTO:
            raise self.refusal(f"its family cannot be called {name!r}")
        self.claim("families", name, [family.name for family in FAMILIES])
        self.added.families[name] = description

    def add_pass(self, step: Any, phase: str) -> None:
        """A pass of TVM over the module, last in a phase of the pipeline: one of PHASES."""
        if not isinstance(step, tvm.transform.Pass):
            raise self.refusal(
                f"its pass {step!r} is no pass of TVM; tvm.transform.module_pass makes one"
            )
        name = str(step.info.name)
        if phase not in PHASES:
            raise self.refusal(
                f"its pass {name} is for the phase {phase!r} (allowed: {', '.join(PHASES)})"
            )
        self.claim("passes", name)
        self.added.passes[phase].append(AddedPass(step, self.guarded(checked(step), tvm.IRModule)))

    def add_targets(self, folder: str | Path) -> None:
        """Every target of a folder of TOML files, each called as its file."""
        if not Path(folder).is_dir():
            raise self.refusal(f"there is no folder of targets {folder}")
        files = target_files.in_folder(Path(folder))
        if not files:
            raise self.refusal(f"its folder of targets has no .toml file: {folder}")
        for name, file in files.items():
            self.claim("targets", name, target.names())
            self.added.targets[name] = file
        for name in files:  # each may name another as its core
            try:
                target.Target.load(name, self.added.targets)
            except InvalidTarget as error:
                raise self.refusal(str(error)) from error

    def add_operator(self, name: str, convert: Convert, types: Types = like_the_first) -> None:
        """An operator that no importer knows, by its name: TFLite's custom code, or DOMAIN.TYPE of ONNX.

        `convert` makes a Relax expression of a `custom.Operation`. ONNX does not say what an operator makes:
        `types` tells it from the types of the inputs; without it there is one output, like the first input.
        """
        for function in (convert, types):
            if not callable(function):
                raise self.refusal(f"its operator {name!r} has {function!r} for a function")
        self.claim("operators", name)
        self.added.operators[name] = Operator(
            self.guarded(convert, (relax.Expr, list)), self.guarded(types)
        )

    def refusal(self, words: str) -> InvalidPlugin:
        return InvalidPlugin(f"plug-in {self.plugin}: {words}")

    def claim(self, kind: str, name: str, ours: Container[str] = ()) -> None:
        """Note that the `name` is this plug-in's. Raise if there is such a thing already."""
        owner = OURS if name in ours else self.added.owners.get((kind, name))
        if owner:
            raise taken(self.plugin, kind, name, owner)
        self.added.owners[kind, name] = self.plugin

    def guarded(self, function: Any, returns: Any = object) -> Any:
        return guarded(self.plugin, function, returns, self.added.failures)

    def guarded_kernel(self, kernel: Kernel) -> Kernel:
        return replace(
            kernel,
            pattern=self.guarded(kernel.pattern, Pattern),
            lower=self.guarded(kernel.lower, Call),
            reference=self.guarded(kernel.reference),
            constraints=tuple(self.guarded(rule, (str, NoneType)) for rule in kernel.constraints),
        )


@dataclass(frozen=True)
class AddedPass:
    """The pass `step` of a plug-in, which `run` runs."""

    step: Any
    run: Callable[[tvm.IRModule], tvm.IRModule]

    @property
    def info(self) -> Any:
        return self.step.info

    def __call__(self, module: tvm.IRModule) -> tvm.IRModule:
        return self.run(module)


def checked(step: Any) -> Callable[[tvm.IRModule], Any]:
    """The pass `step` as a function of its name, which raises if what it leaves is not well-formed."""

    def run(module: tvm.IRModule) -> Any:
        result = step(module)
        if isinstance(result, tvm.IRModule):
            relax.analysis.well_formed(result)
        return result

    run.__module__, run.__qualname__ = "pass", str(step.info.name)
    return run
