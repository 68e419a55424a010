"""What is told of a compiled model: --explain, --json, --csv, --html, --memory-map, -q, -v."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from tinycompile.command_line import terminal
from tinycompile.errors import InvalidOption
from tinycompile.report import earlier, file, memory_drawing, memory_text
from tinycompile.report.memory_map import MemoryMap
from tinycompile.report.sheet import sheet

DRAWINGS = {".svg": memory_drawing.svg, ".html": memory_drawing.page}


@dataclass(frozen=True, kw_only=True)
class Reports:
    """The options of it, by their names."""

    explain: bool
    as_json: bool
    quiet: bool
    verbose: bool
    csv: Path | None
    memory_map: Path | None
    html: Path | None
    html_against: Path | None

    def __post_init__(self) -> None:
        for other in ("explain", "verbose", "as_json"):
            if self.quiet and getattr(self, other):
                said = other.removeprefix("as_")
                raise InvalidOption(f"--quiet prints nothing, --{said} more; say one of them")
        if self.as_json and self.explain:
            raise InvalidOption("--json prints JSON only, --explain a table; say one of them")
        if self.html_against and not self.html:
            raise InvalidOption(
                "--html-against is for the page of --html; say where that goes, too"
            )

    def check(self, models: Sequence[Path]) -> None:
        """Raise what stands against writing them, before any work on the `models`."""
        for path in filter(None, (self.csv, self.html, self.memory_map)):
            file.check(path, read=models)
        if self.memory_map and self.memory_map.suffix not in DRAWINGS:
            raise InvalidOption(f"--memory-map {self.memory_map}: name it .svg or .html")
        if self.html_against:
            assert self.before  # read now: the library may be written over it

    @cached_property
    def before(self) -> dict[str, Any] | None:
        """The compilation that a page compares with."""
        return earlier.read(self.html_against) if self.html_against else None

    def write(self, compiled: Any) -> None:
        """Those that are files."""
        if self.csv:
            file.write(self.csv, sheet(compiled.report))
        if self.memory_map:
            draw = DRAWINGS[self.memory_map.suffix]
            file.write(self.memory_map, draw(MemoryMap.of(compiled.report)))
        if self.html:
            from tinycompile.html.page import page

            file.write(self.html, page(compiled.report, self.before))

    def tell(self, library: Any, found: Sequence[list[Any]]) -> None:
        """Notes, tables, and what checks have `found`, of each model; or all of it as JSON."""
        if self.as_json:
            click.echo(library.files[library.marker], nl=False)
        elif not self.quiet:
            for one, lines in zip(library.models, found, strict=True):
                if len(library.models) > 1:
                    click.echo(f"{one.program.name}:")
                self._tell(one, lines)
            if len(library.models) > 1:
                from tinycompile.report import tables

                click.echo(f"{library.name}, with kernels once and one arena:")
                terminal.output().print(tables.memory_table(library.report))

    def tell_written(self, library: Any, folder: Path, kept: list[str]) -> None:
        """That the library is in `folder`, and which edited files were `kept`."""
        if self.as_json or self.quiet:
            return
        for name in kept:
            terminal.note(f"{folder}/{name}")
        click.echo(f"Wrote {folder}/ ({library.name}.h documents the C API).")

    def _tell(self, compiled: Any, found: list[Any]) -> None:
        from tinycompile.report import tables
        from tinycompile.report.plans import plans

        out = terminal.output()
        for note in compiled.report["notes"]:
            terminal.note(note)
        if self.explain:
            out.print(tables.explanation(compiled.report))
            out.print("", plans(compiled.by_rows.front(), compiled.memory.arena_bytes), sep="\n")
            out.print("", *memory_text.lines(MemoryMap.of(compiled.report)), sep="\n", markup=False)
        if self.explain or compiled.report["cmsis_nn"]:
            out.print(tables.kernels_line(compiled.report))
        for line in tables.plugin_lines(compiled.report):
            out.print(line)
        out.print(tables.render(compiled.report))
        if "shrunk" in compiled.report:
            from tinycompile.shrinking import summary

            for line in summary.lines(compiled.report["shrunk"]):
                out.print(line)
        if compiled.quantized:
            from tinycompile.quantize import words

            out.print(words.told(compiled.report, verbose=self.verbose))
        for line in found:
            out.print(line)
