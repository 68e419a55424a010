"""What surrounds the generated C: where programs go, notes on licences."""

from collections.abc import Iterable

from tinycompile.cmsis_nn import CORE_FOLDER, FOLDER
from tinycompile.codegen.c import comment
from tinycompile.codegen.library import Library

EXAMPLES = "examples"  # the folder of programs: nothing in it is part of the library


def library_sources(files: Iterable[str]) -> list[str]:
    """Those of an emitted folder's `files` that make its library."""
    return [name for name in files if name.endswith(".c") and not name.startswith(f"{EXAMPLES}/")]


def licences(library: Library) -> str:
    """What is whose; the library's report says which kernels are a plug-in's."""
    added = [
        f"But {', '.join(files)}: of the plug-in {plugin['name']}, under its own licence.\n"
        for plugin in library.report.get("plugins", [])
        if (files := sorted({*plugin["adds"].get("files", [])} & {*library.kernels}))
    ]
    sources = " and ".join(dict.fromkeys(comment(one.source) for one in library.models))
    return (
        "tinycompile.h and tc_*.[ch] are part of TinyCompile, under the Apache License 2.0:\n"
        f"https://www.apache.org/licenses/LICENSE-2.0\n{''.join(added)}\n"
        f"The other files were generated from {sources}. Its weights stay under that model's\n"
        f"own licence (LicenseRef-Model); TinyCompile claims no rights in generated code.\n"
        f"{of_cmsis_nn(library)}"
    )


def of_cmsis_nn(library: Library) -> str:
    if not library.cmsis_nn:
        return ""
    if library.external:
        return "They call Arm's CMSIS-NN (Apache License 2.0), which is not among these files.\n"
    used = (f"{f}/" for f in (FOLDER, CORE_FOLDER) if f"{f}/LICENSE.txt" in library.cmsis_nn)
    folders = " and ".join(used)
    return f"{folders}: Arm's, licensed under the Apache License 2.0 (LICENSE.txt in the folder).\n"
