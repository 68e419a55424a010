"""Compiled models -> one library: kernels once, one arena, and what package managers want of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tinycompile import codegen
from tinycompile.code_size import code_bytes
from tinycompile.codegen import folder
from tinycompile.codegen.about import About
from tinycompile.codegen.exports import refuse_unfit
from tinycompile.codegen.library import Library, Model, refuse_clashes
from tinycompile.codegen.names import library_name, refuse_same
from tinycompile.errors import InvalidOption, OverBudget
from tinycompile.memory.sharing import shared
from tinycompile.pipeline import Compiled
from tinycompile.program import Program
from tinycompile.report.places import places
from tinycompile.version import __version__

EXPORTED = "src/"  # where the C of an exported library is: package managers look there


@dataclass(frozen=True)
class Linked:
    """A library of compiled models: all that is written."""

    name: str
    models: tuple[Compiled, ...]
    report: Mapping[str, Any]
    files: Mapping[str, str | bytes]

    @property
    def marker(self) -> str:
        """The file that says what else was written."""
        return f"{self.name}.json"

    def check(self, folder_: str | Path) -> None:
        """Raise if the library may not be written there, as far as that is known before."""
        folder.check(Path(folder_), self.marker, self.files)

    def write(self, folder_: str | Path) -> list[str]:
        """Write it, whole or not at all; which edited files were kept, in words."""
        return folder.write(self.files, Path(folder_), self.marker)


def link(
    models: Sequence[Compiled],
    name: str | None = None,
    *,
    exports: Sequence[str] = (),
    about: Mapping[str, str] | None = None,
) -> Linked:
    """The library `name` of one or several `models`, for one target.

    It is described for each of `exports`, of `tinycompile.codegen.exports.KINDS`, with the version and vendor
    that `about` tells. Models that run one after the other may share one arena; their states lie apart in it.
    """
    said = About.of(about or {})
    if len(models) == 1:
        (only,) = models
        if not exports:
            return Linked(only.program.name, (only,), only.report, only.files)
        library = Library(only.program.name, (part(only),), only.report, only.external)
    else:
        library = several(models, library_name(name, "models"))
    library = replace(library, about=said, folder=EXPORTED * bool(exports))
    if any(one.memory.regions for one in models) and (exports or len(models) > 1):
        raise InvalidOption("--regions is for one model, and for none of --export")
    refuse_unfit(library, exports)
    files = codegen.exported(library, exports)
    return Linked(library.name, tuple(models), library.report, files)


def several(models: Sequence[Compiled], name: str) -> Library:
    """With one arena, checked against names and the budget."""
    first, names = models[0], [one.program.name for one in models]
    refuse_same([*names, name])
    for one in models[1:]:
        if (one.target, one.external) != (first.target, first.external):
            raise InvalidOption(
                f"{names[0]} is for {first.target.name}, {one.program.name} for {one.target.name}: "
                "compile what is to be one library for one target, with one CMSIS-NN"
            )
    plans = shared([one.memory for one in models])
    parts = [replace(part(one), plan=plan) for one, plan in zip(models, plans, strict=True)]
    library = Library(name, tuple(parts), summary(name, models, parts), first.external)
    refuse_clashes(library)
    refuse_excess(library)
    return library


def part(one: Compiled) -> Model:
    return Model(one.program, one.memory, one.source.path.name, one.target, one.third_party)


def summary(name: str, models: Sequence[Compiled], parts: Sequence[Model]) -> dict[str, Any]:
    """All figures, with the reports of the `models`; sizes are in bytes."""
    reports, plans = [one.report for one in models], [one.plan for one in parts]
    together = Program(name, layers=[layer for one in models for layer in one.program.layers])
    constants = sum(report["flash"]["constant_bytes"] for report in reports)
    code = code_bytes(together, models[0].target)
    arena = max(plan.arena_bytes for plan in plans)
    return {
        "tinycompile": __version__,
        "name": name,
        "target": models[0].target.name,
        "ram": {
            "arena_bytes": arena,
            "scratch_bytes": max(plan.scratch_bytes for plan in plans),
            "state_bytes": max(plan.state_offset + plan.state_bytes for plan in plans),
            "total_bytes": arena,
            "budget_bytes": reports[0]["ram"]["budget_bytes"],
        },
        "flash": {
            "constant_bytes": constants,
            "packing_saves_bytes": together.saved_bytes,
            "code_bytes": code,
            "total_bytes": constants + code,
            "budget_bytes": reports[0]["flash"]["budget_bytes"],
        },
        "plugins": reports[0].get("plugins", []),
        "models": [moved(one.report, part) for one, part in zip(models, parts, strict=True)],
    }


def moved(report: dict[str, Any], one: Model) -> dict[str, Any]:
    """The `report` of a model on its own, but for where things lie in the common arena."""
    arena = {"arena_bytes": one.plan.arena_bytes}
    return report | {"ram": report["ram"] | arena, "memory": places(one.program, one.plan)}


def refuse_excess(library: Library) -> None:
    """Raise `OverBudget` for what fits alone, but not together."""
    for kind in ("ram", "flash"):
        needed, most = (library.report[kind][f"{what}_bytes"] for what in ("total", "budget"))
        if needed > most:
            each = ", ".join(
                f"{one['name']} {one[kind]['total_bytes']:,}" for one in library.report["models"]
            )
            raise OverBudget(
                f"{library.name} needs {needed:,} bytes of {kind.upper()} in all, {library.target.name} has "
                f"{most:,}; alone: {each}; choose a larger target or raise --{kind}"
            )
