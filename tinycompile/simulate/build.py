"""C sources into a program for the host, or into firmware for a target's QEMU machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

from tinycompile.cmsis_nn import CORE_FOLDER, FOLDER, HOST_FLAGS
from tinycompile.errors import (
    BuildFailed,
    ImageTooLarge,
    MissingTool,
    ProgramFailed,
    ProgramHang,
    SimulationError,
)
from tinycompile.target import Target

# What the generated library and the kernels compile under, with gcc and clang, for every target.
# -std=c99 also keeps gcc from fusing a multiply and an add, so floats agree between targets.
WARNINGS = (
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-pedantic",
    "-Wconversion",
    "-Wmissing-prototypes",
    "-Werror",
)
FIRMWARE = Path(str(files("tinycompile.simulate.firmware")))

_START_UP = [FIRMWARE / name for name in ("startup.c", "semihosting.c", "memory_protection.c")]
_HOSTED = FIRMWARE / "semihosting_host.c"
_SECTIONS = ("-ffunction-sections", "-fdata-sections")  # the linker drops what nothing uses
_DEBIAN_PACKAGES = {
    "arm-none-eabi-gcc": "gcc-arm-none-eabi libnewlib-arm-none-eabi",
    "qemu-system-arm": "qemu-system-arm",
    "cc": "gcc",
}


def find_tool(name: str) -> str:
    """The tool's own name, once it is known to be on the PATH; MissingTool when it is not."""
    if shutil.which(name) is None:
        package = _DEBIAN_PACKAGES.get(name, name)
        raise MissingTool(
            f"{name} is not installed; on Debian or Ubuntu: apt-get install {package}"
        )
    return name


def find_compiler(target: Target) -> str:
    """The C compiler for the target, complete with its libc; MissingTool when it is not there."""
    if target.is_host:
        return find_tool("cc")
    compiler = find_tool("arm-none-eabi-gcc")
    if not _has_newlib(compiler):
        raise MissingTool(
            f"{compiler} has no C library; on Debian or Ubuntu: "
            "apt-get install libnewlib-arm-none-eabi"
        )
    return compiler


def _has_newlib(compiler: str) -> bool:
    # gcc answers with a path when it has the file, with the bare name when it has not.
    question = [compiler, "-print-file-name=nano.specs"]
    answer = subprocess.run(question, capture_output=True, text=True, check=True).stdout.strip()
    return os.path.isabs(answer)


def build_host(
    sources: Sequence[Path],
    includes: Sequence[Path],
    output: Path,
    *,
    sanitize: bool = False,
    compiler: str = "cc",
    optimize: str = "-O2",
    flags: Sequence[str] = (),
) -> Path:
    """A program that runs here; a shared library when the output is named *.so.

    A program gets the host's side of `semihosting.h`. `sanitize` stops it at the first undefined
    behaviour, and at the first bad access where it is a program: a library loaded into Python
    cannot bring the address sanitizer with it. Objects stay in a folder beside the output.
    """
    shared = output.suffix == ".so"
    common = [*flags, "-g", *(["-fPIC"] if shared else [])]
    if sanitize:
        kinds = "undefined" if shared else "address,undefined"
        common += [f"-fsanitize={kinds}", "-fno-sanitize-recover=all"]
    objects = compile_objects(
        [*sources, *([] if shared else [_HOSTED])],
        includes,
        output.with_suffix(".objects"),
        compiler=find_tool(compiler),
        flags=[optimize, *common],
    )
    link = [*common, *(["-shared"] if shared else []), *map(str, objects), "-lm"]
    _run([compiler, *link, "-o", str(output)], f"could not link {output.name}")
    return output


def run_host(program: Path, folder: Path, timeout: float = 300.0) -> None:
    """Run a host program in `folder`; ProgramFailed with its last words unless it ends with status 0."""
    try:
        done = subprocess.run(
            [program], cwd=folder, capture_output=True, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ProgramHang(f"{program.name} did not end within {timeout:.0f} s") from error
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise ProgramFailed(f"{program.name} ended with status {done.returncode}: {words[-2000:]}")


def build_firmware(
    sources: Sequence[Path],
    includes: Sequence[Path],
    target: Target,
    output: Path,
    *,
    optimize: str = "-O2",
    flags: Sequence[str] = (),
) -> Path:
    """An ELF for the target's QEMU machine, with start-up and semihosting around the sources.

    libc and libm are there for the likes of memcpy and expf; what reads, writes or allocates does
    not link. Objects stay in a folder beside the output.
    """
    if not target.machine:
        raise SimulationError(f"target {target.name} names no QEMU machine to build firmware for")
    compiler = find_compiler(target)
    common = [*target.cflags, *flags, "-g"]
    objects = compile_objects(
        [*sources, *_START_UP],
        includes,
        output.with_suffix(".objects"),
        compiler=compiler,
        flags=[optimize, *common],
    )
    layout = [f"-L{FIRMWARE}", f"-T{target.machine}.ld", "-nostartfiles", "--specs=nano.specs"]
    link = [*common, *layout, "-Wl,--gc-sections", *map(str, objects), "-lm"]
    try:
        _run([compiler, *link, "-o", str(output)], f"could not link {output.name}")
    except BuildFailed as error:
        if overflow := re.search(r"region `(\w+)' overflowed by (\d+) bytes", str(error)):
            raise _too_large(target.machine, overflow[1], int(overflow[2])) from error
        raise
    return output


def compile_objects(
    sources: Sequence[Path],
    includes: Sequence[Path],
    folder: Path,
    *,
    compiler: str,
    flags: Sequence[str],
) -> list[Path]:
    """One object per source, named as it, compiled in parallel and free of WARNINGS.

    Not held to them, nor to defined behaviour, is CMSIS-NN where an emitted folder brings it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    foreign = [path for include in includes for path in third_party(include)]
    searched = [f"-I{include}" for include in (*includes, FIRMWARE)]
    searched += [f"-isystem{path}" for path in foreign]
    command = [compiler, *WARNINGS, *_SECTIONS, *flags, *searched, "-c"]
    if foreign and "arm" not in compiler:
        command += HOST_FLAGS

    def compile_one(source: Path, result: Path) -> None:
        theirs = any(path.parent in source.parents for path in foreign)
        lenient = ["-w", "-fno-sanitize=undefined"] if theirs else []
        _run([*command, *lenient, str(source), "-o", str(result)], f"could not compile {source}")

    results = _object_paths(sources, folder)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compile_one, sources, results))
    return results


def third_party(folder: Path) -> list[Path]:
    """Where the headers of CMSIS-NN are in an emitted folder, if it has them."""
    candidates = (folder / name / "Include" for name in (FOLDER, CORE_FOLDER))
    return [path for path in candidates if path.is_dir()]


def _object_paths(sources: Sequence[Path], folder: Path) -> list[Path]:
    """Sources of the same name in different folders get a number each."""
    results: list[Path] = []
    for source in sources:
        result, again = folder / f"{source.stem}.o", 1
        while result in results:
            again += 1
            result = folder / f"{source.stem}-{again}.o"
        results.append(result)
    return results


def _run(command: list[str], failure: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildFailed(f"{command[0]} {failure}:\n{done.stderr.strip()}")


def _too_large(machine: str, region: str, excess: int) -> ImageTooLarge:
    memory_map = (FIRMWARE / f"{machine}.ld").read_text(encoding="utf-8")
    size = re.search(rf"\b{region} \(\w+\)\s*:.*LENGTH = (\w+)", memory_map)
    has = f" (it has {size[1]}iB)" if size else ""
    return ImageTooLarge(
        f"the program needs {excess:,} bytes more of {region} than {machine} has{has}"
    )
