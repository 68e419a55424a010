"""Measure the code of every kernel on every core and write runtime_c/code_size.toml.

    .venv/bin/python benchmarks/code_size.py

The compiler reads that file to tell flash sizes without a cross compiler. Run this again when a kernel
changes; a test fails when the file is out of date. Needs arm-none-eabi-gcc.
"""

import subprocess
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tinycompile.code_size import CORES
from tinycompile.simulate.build import compile_objects, find_compiler
from tinycompile.simulate.size import sizes, undefined_symbols
from tinycompile.target import Target

RUNTIME_C = Path(str(files("tinycompile.runtime_c")))
HEADER = """\
# Bytes of code by core, as arm-none-eabi-gcc -O2 makes it; written by benchmarks/code_size.py.
# `library` is what a kernel calls of the compiler's own library: bytes that each adds to those before it.
"""


def measure(core: str, folder: Path) -> dict[str, Any]:
    """{"kernels": {symbol: {"code": bytes, "library": [symbol...]}}, "library": {symbol: bytes}}."""
    target = Target.load(core)
    compiler = find_compiler(target)
    sources = [path for path in sorted(RUNTIME_C.glob("tc_*.c")) if "cmsis" not in path.name]
    flags = ["-O2", *target.cflags]
    objects = compile_objects(sources, [RUNTIME_C], folder / core, compiler=compiler, flags=flags)
    kernels = {}
    for unit in objects:
        size, library = sizes(unit), sorted(undefined_symbols(unit))
        kernels[unit.stem] = {"code": size.code + size.constants, "library": library}
    called = sorted({symbol for kernel in kernels.values() for symbol in kernel["library"]})
    return {"kernels": kernels, "library": library_sizes(called, compiler, target, folder)}


def library_sizes(
    symbols: list[str], compiler: str, target: Target, folder: Path
) -> dict[str, int]:
    """What linking each of `symbols`, beside those before it, adds."""
    linked = [
        linked_bytes(symbols[:count], compiler, target, folder) for count in range(len(symbols) + 1)
    ]
    return {symbol: linked[i + 1] - linked[i] for i, symbol in enumerate(symbols)}


def linked_bytes(symbols: list[str], compiler: str, target: Target, folder: Path) -> int:
    """Bytes of a program of nothing but `symbols` and what they need."""
    elf = folder / "library.elf"
    command = [compiler, *target.cflags, "--specs=nano.specs", "-nostartfiles"]
    command += ["-Wl,--gc-sections", "-Wl,-e,0", *(f"-Wl,-u,{symbol}" for symbol in symbols)]
    subprocess.run([*command, "-o", str(elf), "-lm"], check=True)
    return sizes(elf).flash


def text(measured: dict[str, dict[str, Any]]) -> str:
    """The file's content."""
    lines = [HEADER]
    for core, of_core in measured.items():
        lines.append(f"[{core}.kernels]")
        for symbol, kernel in of_core["kernels"].items():
            library = "".join(f', "{name}"' for name in kernel["library"])[2:]
            lines.append(f"{symbol} = {{ code = {kernel['code']}, library = [{library}] }}")
        lines.append(f"\n[{core}.library]")
        lines += [f"{symbol} = {nbytes}" for symbol, nbytes in of_core["library"].items()]
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    with TemporaryDirectory() as folder:
        measured = {core: measure(core, Path(folder)) for core in CORES}
    path = RUNTIME_C / "code_size.toml"
    path.write_text(text(measured))
    print(
        f"wrote {path}: {len(measured)} cores, {len(next(iter(measured.values()))['kernels'])} kernels"
    )


if __name__ == "__main__":
    main()
