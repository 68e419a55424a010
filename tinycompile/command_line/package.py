"""What is written: --output, --name, --export, --about; of one model or several."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinycompile.codegen import folder
from tinycompile.codegen.about import About
from tinycompile.codegen.names import library_name, refuse_same
from tinycompile.errors import InvalidOption

# What is asked for one model, by the field of its options: of several it is not clear which.
FOR_ONE = {
    "shapes": "--shape",
    "outputs": "--outputs",
    "states": "--state",
    "asked": "--kernel",
    "stream_axis": "--stream-axis",
    "stream_input": "--stream-input",
    "quantize": "--quantize",
    "cluster": "--cluster",
    "inputs": "--inputs",
    "profile_json": "--profile-json",
    "dump_ir": "--dump-ir",
    "labels": "--labels",
    "csv": "--csv",
    "html": "--html",
    "memory_map": "--memory-map",
}


@dataclass(frozen=True, kw_only=True)
class Package:
    """The options of it, by their names."""

    output: Path | None
    names: tuple[str, ...]
    exports: tuple[str, ...]
    about: dict[str, str]

    def named(self, models: Sequence[Path], *options: Any) -> list[str]:
        """The names of the `models`. Raise what keeps them from being one library with the `options`."""
        About.of(self.about)
        if self.about and not self.exports:
            raise InvalidOption("--about is for packages; say which with --export")
        if self.names and len(self.names) != len(models):
            raise InvalidOption(
                f"--name is given {len(self.names)} times for {len(models)} models; give one for each, "
                "in order, or none"
            )
        names = [
            library_name(asked, model.stem)
            for asked, model in zip(self.names or [None] * len(models), models, strict=True)
        ]
        if len(models) > 1:
            if self.output is None:
                raise InvalidOption(
                    f"{len(models)} models make one library: give it a folder, whose name it has, with -o"
                )
            refuse_same([*names, library_name(None, self.output.resolve().name)])
            for field, option in FOR_ONE.items():
                if any(getattr(given, field, None) for given in options):
                    raise InvalidOption(
                        f"{option} is for one model: compile each alone, or join them in Python, with "
                        "tinycompile.link"
                    )
        return names

    def library(self, names: Sequence[str]) -> str:
        """The name of all."""
        if len(names) == 1:
            return names[0]
        assert self.output
        return library_name(None, self.output.resolve().name)

    def folder(self, names: Sequence[str]) -> Path:
        return self.output or Path(self.library(names))

    def check(self, names: Sequence[str]) -> None:
        """Raise if nothing may be written there."""
        folder.check(self.folder(names), marker=f"{self.library(names)}.json")
