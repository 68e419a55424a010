"""Measure the code of every kernel on every core and write runtime_c/code_size.toml.

    .venv/bin/python benchmarks/code_size.py [CMSIS_NN_DIR...]

The compiler reads that file to tell flash sizes without a cross compiler. Run this again when a kernel
changes; a test fails when the file is out of date. Needs arm-none-eabi-gcc and a CMSIS-NN: what the one at
hand lacks is measured in the folders given.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tinycompile import cmsis_nn, runtime_c
from tinycompile.cmsis_nn import CORE_FOLDER, FOLDER, CmsisNN
from tinycompile.code_size import CORES, ROWS
from tinycompile.codegen.folder import fill
from tinycompile.kernel import Kernel
from tinycompile.kernels import kernels_for
from tinycompile.row_form import FORMS
from tinycompile.simulate.build import compile_objects, find_compiler
from tinycompile.simulate.size import sizes, symbols, undefined_symbols
from tinycompile.target import Target

HEADER = """\
# Bytes of code by core, as arm-none-eabi-gcc -O2 makes it; written by benchmarks/code_size.py.
# `library` is what kernels call of CMSIS-NN and of gcc's own library: bytes that each function adds to
# those before it. What only those need who call a kernel row by row is not in its size.
"""


def measure(core: str, folder: Path, copy: CmsisNN | None) -> dict[str, Any]:
    """{"kernels": {symbol: {"code": bytes, "library": [symbol...]}}, "library": {symbol: bytes}}.

    Kernels that call functions of CMSIS-NN that are not in `copy` are left out.
    """
    target = Target.load(core)
    flags = ["-O2", *target.cflags]
    kernels = available(copy, target)
    fill(folder / "kernels", dict(pair for k in kernels for pair in k.files().items()))
    fill(folder / "kernels", runtime_c.with_includes(f"{ROWS}.c"))
    sources = sorted((folder / "kernels").glob("*.c"))
    includes = [folder / "kernels", folder / FOLDER / "Include", folder / CORE_FOLDER / "Include"]
    functions = {name for kernel in kernels for name in kernel.functions}
    third_party = copy.files(functions) if copy else {}
    archive = build_cmsis_nn(third_party, target, includes, folder)
    compiler = find_compiler(target)
    objects = compile_objects(sources, includes, folder / core, compiler=compiler, flags=flags)
    measured = {}
    ours = {ROWS, *(kernel.symbol for kernel in kernels)}
    archive += [str(unit) for unit in objects if unit.stem not in ours]  # what several call
    for unit in (unit for unit in objects if unit.stem in ours):
        size, library = sizes(unit), sorted(undefined_symbols(unit))
        of_rows = {f"{unit.stem}_{form}" for form in FORMS}
        forms = {symbol.name: symbol.size for symbol in symbols(unit) if symbol.name in of_rows}
        forms[unit.stem] = size.code + size.constants - sum(forms.values())
        measured |= {name: {"code": code, "library": library} for name, code in forms.items()}
    called = {symbol for kernel in measured.values() for symbol in kernel["library"]}
    called = sorted(called, key=lambda symbol: (symbol.startswith("arm_"), symbol))
    linked = [
        linked_bytes(called[:count], archive, target, folder) for count in range(len(called) + 1)
    ]
    adds = {symbol: linked[i + 1] - linked[i] for i, symbol in enumerate(called)}
    return {"kernels": measured, "library": adds}


def available(copy: CmsisNN | None, target: Target) -> list[Kernel]:
    """All kernels but those that call what `copy` has not."""
    functions, version = (copy.functions, copy.version) if copy else (frozenset(), (0, 0))
    return [
        kernel
        for kernel in kernels_for(target, copy)
        if functions.issuperset(kernel.functions) and version >= (kernel.since, 0)
    ]


def build_cmsis_nn(
    sources: dict[str, str], target: Target, includes: list[Path], folder: Path
) -> list[str]:
    """The objects of `sources`, which are written to `folder`."""
    for name, text in sources.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    objects = []
    for name in sources:
        if name.endswith(".c"):
            objects.append(str(folder / f"{target.name}_{Path(name).stem}.o"))
            command = [find_compiler(target), "-O2", "-ffunction-sections", *target.cflags]
            command += [*(f"-I{include}" for include in includes), "-c", str(folder / name)]
            subprocess.run([*command, "-o", objects[-1]], check=True)
    return objects


def linked_bytes(symbols: list[str], objects: list[str], target: Target, folder: Path) -> int:
    """Bytes of a program of nothing but `symbols` and what they need."""
    elf = folder / "library.elf"
    command = [find_compiler(target), *target.cflags, "--specs=nano.specs", "-nostartfiles"]
    command += ["-Wl,--gc-sections", "-Wl,-e,0", *(f"-Wl,-u,{symbol}" for symbol in symbols)]
    subprocess.run([*command, *objects, "-o", str(elf), "-lm"], check=True)
    return sizes(elf).flash


def text(measured: dict[str, dict[str, Any]]) -> str:
    """The file's content."""
    lines = [HEADER]
    for core, of_core in measured.items():
        lines.append(f"[{core}.kernels]")
        for symbol, kernel in sorted(of_core["kernels"].items()):
            library = ", ".join(f'"{name}"' for name in kernel["library"])
            lines.append(f"{symbol} = {{ code = {kernel['code']}, library = [{library}] }}")
        lines.append(f"\n[{core}.library]")
        lines += [f"{symbol} = {nbytes}" for symbol, nbytes in sorted(of_core["library"].items())]
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    copies = [cmsis_nn.find(None), *(cmsis_nn.find(Path(folder)) for folder in sys.argv[1:])]
    if copies[0] is None:
        sys.exit(f"error: no CMSIS-NN here to measure; set ${cmsis_nn.VARIABLE}")
    measured: dict[str, dict[str, Any]] = {core: {"kernels": {}, "library": {}} for core in CORES}
    for copy in copies:
        with TemporaryDirectory() as folder:
            for core in CORES:
                for part, found in measure(core, Path(folder), copy).items():
                    measured[core][part] = found | measured[core][part]
    path = runtime_c.FOLDER / "code_size.toml"
    path.write_text(text(measured))
    kernels = len(measured["cortex-m4"]["kernels"])
    print(f"wrote {path}: {len(measured)} cores, {kernels} kernels, with", *copies, sep="\n  ")


if __name__ == "__main__":
    main()
