"""What surrounds the generated C: build files, an example program, notes on licences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tinycompile.cmsis_nn import CORE_FOLDER, FOLDER, HOST_FLAGS
from tinycompile.codegen.c import comment
from tinycompile.codegen.header import arena
from tinycompile.codegen.names import Names
from tinycompile.memory import MemoryPlan
from tinycompile.program import Program, Tensor

EXAMPLES = "examples"  # the folder of programs: nothing in it is part of the library


def library_sources(files: Iterable[str]) -> list[str]:
    """Those of an emitted folder's `files` that make its library."""
    return [name for name in files if name.endswith(".c") and not name.startswith(f"{EXAMPLES}/")]


@dataclass(frozen=True)
class CmsisNN:
    """What build files say of CMSIS-NN: nothing when `files`, its part of the library, is empty."""

    files: list[str]
    external: bool  # the firmware brings them
    host: bool

    @property
    def sources(self) -> list[str]:
        return [] if self.external else [f for f in self.files if f.endswith(".c")]

    @property
    def make(self) -> str:
        """The lines that tell make where the headers are."""
        if not self.files:
            return "CPPFLAGS =\n"
        if self.external:
            return (
                "# Where CMSIS-NN is.\nCMSIS_NN = ../CMSIS-NN\nCPPFLAGS = -I$(CMSIS_NN)/Include\n"
            )
        return f"CPPFLAGS = {' '.join(HOST_FLAGS * self.host)}\n"

    def cmake(self, library: str) -> str:
        if not self.files:
            return ""
        if self.external:
            return f"target_link_libraries({library} PUBLIC cmsis-nn) # CMSIS-NN's own target\n"
        return f"target_compile_options({library} PRIVATE {' '.join(HOST_FLAGS)})\n" * self.host

    @property
    def licences(self) -> str:
        if not self.files:
            return ""
        if self.external:
            return (
                "They call Arm's CMSIS-NN (Apache License 2.0), which is not among these files.\n"
            )
        used = (
            f for f in (FOLDER, CORE_FOLDER) if any(name.startswith(f"{f}/") for name in self.files)
        )
        folders = " and ".join(f"{folder}/" for folder in used)
        return f"{folders}: Arm's, licensed under the Apache License 2.0 (LICENSE.txt in the folder).\n"


def cmake(sources: list[str], names: Names, cmsis_nn: CmsisNN, *, math: bool) -> str:
    """A static library; with `math` its users link libm."""
    listed = "\n".join(f"    {s}" for s in sources)
    return (
        "# Use from a project with add_subdirectory() and target_link_libraries(app "
        f"{names.prefix}).\n"
        "cmake_minimum_required(VERSION 3.13)\n"
        f"project({names.prefix} C)\n\n"
        f"add_library({names.prefix} STATIC\n{listed}\n)\n"
        f"target_include_directories({names.prefix} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}})\n"
        f"{cmsis_nn.cmake(names.prefix)}"
        f"{f'target_link_libraries({names.prefix} PUBLIC m){chr(10)}' * math}"
        f"set_target_properties({names.prefix} PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)\n"
        f"target_compile_options({names.prefix} PRIVATE -ffunction-sections -fdata-sections)\n"
    )


def makefile(
    sources: list[str], names: Names, compiler: str, cflags: list[str], cmsis_nn: CmsisNN
) -> str:
    """Builds NAME.a for the target; `make CC=... CFLAGS=...` builds it for anything else."""
    objects = " ".join(s.removesuffix(".c") + ".o" for s in sources)
    return (
        f"CC = {compiler}\nAR = {compiler.removesuffix('gcc') if compiler.endswith('gcc') else ''}ar\n"
        f"CFLAGS = -std=c99 -O2 -ffunction-sections -fdata-sections {' '.join(cflags)}\n"
        f"{cmsis_nn.make}\n"
        f"lib{names.prefix}.a: {objects}\n\t$(AR) rcs $@ $^\n\n"
        f"%.o: %.c\n\t$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<\n\n"
        f"clean:\n\trm -f lib{names.prefix}.a {objects}\n\n.PHONY: clean\n"
    )


def main(program: Program, plan: MemoryPlan, names: Names) -> str:
    """An example: one inference on zeros. To be replaced by the firmware's own."""
    fill = "".join(
        f"    memset({accessor}(arena), {zero(t)}, {accessor.upper()}_COUNT * sizeof *{accessor}(arena));\n"
        for t, accessor in zip(program.inputs, names.inputs, strict=True)
    )
    reset = f"    {names.prefix}_reset(arena); /* a stream begins */\n" * bool(program.states)
    return (
        f'#include "{names.prefix}.h"\n\n#include <string.h>\n\n'
        f"{arena(plan, names)}\n\n"
        f"int main(void)\n{{\n{reset}"
        f"    /* Replace with real data: a run overwrites its inputs. */\n{fill}"
        f"    {names.prefix}_run(arena);\n"
        f"    return {names.outputs[0]}(arena)[0] == 0; /* read the outputs here */\n}}\n"
    )


def zero(t: Tensor) -> int:
    return t.quantization.zero_point if t.quantization and t.dtype == "int8" else 0


def licences(source: str, report: Mapping[str, Any], runtime: Iterable[str]) -> str:
    """Of a library of kernels in the files `runtime`; the `report` says which are a plug-in's."""
    added = [
        f"But {', '.join(files)}: of the plug-in {plugin['name']}, under its own licence.\n"
        for plugin in report.get("plugins", [])
        if (files := sorted({*plugin["adds"].get("files", [])} & {*runtime}))
    ]
    return (
        "tinycompile.h and tc_*.[ch] are part of TinyCompile, under the Apache License 2.0:\n"
        f"https://www.apache.org/licenses/LICENSE-2.0\n{''.join(added)}\n"
        f"The other files were generated from {comment(source)}. Its weights stay under that model's\n"
        "own licence; TinyCompile claims no rights in generated code.\n"
    )
