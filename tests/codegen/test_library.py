"""What a generated library promises to whoever builds it: any compiler, no warnings, no state."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.conftest import require
from tests.frontend import onnx_model
from tests.small_model import small_model
from tests.tflite_micro import random_inputs, run_tflite_micro
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate.build import WARNINGS, find_compiler, find_tool
from tinycompile.simulate.harness import run_on_host
from tinycompile.simulate.size import sizes, undefined_symbols, writable_globals
from tinycompile.target import Target

# All that a library may take from libc, and from libgcc on a core without the instruction.
LIBC = {"memcpy", "memset", "memmove"}
LIBGCC = {"__aeabi_idiv", "__aeabi_lmul", "__aeabi_memcpy", "__aeabi_memset"}
CORES = [
    "cortex-m0",
    "cortex-m3",
    "cortex-m4",
    "cortex-m7",
    "cortex-m33",
    "cortex-m55",
    "cortex-m85",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny.tflite"
    path.write_bytes(small_model())
    return path


@pytest.fixture(scope="module")
def library(model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Compiled, Path]:
    """The library compiled for the host, and its folder."""
    compiled = compile(model, target="host", kernels="portable")
    folder = tmp_path_factory.mktemp("library") / "tiny"
    compiled.write(folder)
    return compiled, folder


def objects(folder: Path, output: Path, compiler: str, flags: list[str]) -> list[Path]:
    """Every source compiled to an object, the example too; a warning is an error."""
    output.mkdir()
    units = []
    for source in sorted(folder.rglob("*.c")):
        units.append(output / f"{source.stem}.o")
        command = [compiler, *WARNINGS, *flags, f"-I{folder}", "-c", str(source)]
        subprocess.run([*command, "-o", str(units[-1])], check=True)
    return units


@pytest.mark.parametrize("compiler", ["cc", "clang"])
@pytest.mark.parametrize("optimize", ["-O0", "-O2", "-Os"])
def test_no_warning_on_the_host(
    compiler: str,
    optimize: str,
    library: tuple[Compiled, Path],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    if compiler != "cc":
        request.getfixturevalue(compiler)
    objects(library[1], tmp_path / "objects", compiler, [optimize])


@pytest.mark.parametrize("core", CORES)
def test_no_warning_heap_or_state_on_a_core(
    core: str, arm_gcc: str, model: Path, tmp_path: Path
) -> None:
    target = Target.load(core)
    compile(model, target=target, kernels="portable").write(tmp_path / "tiny")
    units = objects(tmp_path / "tiny", tmp_path / "objects", arm_gcc, ["-O2", *target.cflags])
    units = [unit for unit in units if unit.stem != "main"]
    defined = {unit.stem for unit in units} | {"tiny_run"}
    for unit in units:
        assert writable_globals(unit) == set(), unit.name
        outside = {name for name in undefined_symbols(unit) if not name.startswith("tiny_layer")}
        assert outside <= LIBC | LIBGCC | defined, unit.name


def test_what_the_report_says_of_flash_is_what_the_linker_finds(
    arm_gcc: str, model: Path, tmp_path: Path
) -> None:
    target = Target.load("cortex-m4")
    compiled = compile(model, target=target, kernels="portable")
    compiled.write(tmp_path / "tiny")
    flags = ["-O2", *target.cflags, "-ffunction-sections", "-fdata-sections"]
    units = objects(tmp_path / "tiny", tmp_path / "objects", arm_gcc, flags)
    units = [unit for unit in units if unit.stem != "main"]
    whole = tmp_path / "whole.o"  # what a run does not call, such as rows of images, is not in it
    words = ["-nostdlib", "-r", "-Wl,--gc-sections,-e,tiny_run", *map(str, units), "-o", str(whole)]
    subprocess.run([arm_gcc, *target.cflags, *words], check=True)
    linked, said = sizes(whole), compiled.report["flash"]
    assert said["code_bytes"] == pytest.approx(linked.code, rel=0.1)
    assert said["total_bytes"] == pytest.approx(linked.flash, rel=0.1)
    assert linked.ram == 0


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("standard", ["c++11", "c++20"])
def test_the_header_is_cplusplus(
    compiler: str, standard: str, library: tuple[Compiled, Path], tmp_path: Path
) -> None:
    require(lambda: find_tool(compiler))
    program = tmp_path / "main.cpp"
    program.write_text(
        '#include "tiny.h"\n#include "tiny_weights.h"\n'
        "alignas(TINY_ARENA_ALIGNMENT) static unsigned char arena[TINY_ARENA_BYTES];\n"
        "int main() { tiny_input(arena)[0] = 1; tiny_run(arena); return tiny_output(arena)[0] == 1; }\n"
    )
    flags = [f"-std={standard}", "-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{library[1]}"]
    subprocess.run([compiler, *flags, "-c", str(program), "-o", str(tmp_path / "o")], check=True)


def test_the_header_alone_is_enough(library: tuple[Compiled, Path], tmp_path: Path) -> None:
    source = tmp_path / "alone.c"
    source.write_text('#include "tiny.h"\n#include "tiny.h"\nint size = TINY_ARENA_BYTES;\n')
    command = ["cc", *WARNINGS, f"-I{library[1]}", "-fsyntax-only", str(source)]
    subprocess.run(command, check=True)


def test_the_same_input_gives_the_same_bytes(model: Path, library: tuple[Compiled, Path]) -> None:
    again = compile(model, target="host", kernels="portable")
    assert again.files == library[0].files


def test_nothing_of_where_it_was_made_is_in_the_files(
    model: Path, library: tuple[Compiled, Path]
) -> None:
    assert not [name for name, text in library[0].files.items() if str(model.parent) in text]


def test_the_makefile_builds_the_library_for_its_target(
    arm_gcc: str, model: Path, tmp_path: Path
) -> None:
    compile(model, target="cortex-m4", kernels="portable").write(tmp_path / "tiny")
    subprocess.run(["make", "-s", "-C", str(tmp_path / "tiny")], check=True)
    assert (tmp_path / "tiny" / "libtiny.a").stat().st_size > 1000
    subprocess.run(["make", "-s", "-C", str(tmp_path / "tiny"), "clean"], check=True)
    left = {path.name for path in (tmp_path / "tiny").iterdir()}
    assert not [name for name in left if name.endswith((".o", ".a"))]


def test_the_makefile_and_main_make_a_program(
    library: tuple[Compiled, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(library[1], tmp_path / "tiny")
    subprocess.run(["make", "-s", "-C", str(folder)], check=True)
    link = ["cc", f"-I{folder}", str(folder / "examples" / "main.c"), str(folder / "libtiny.a")]
    subprocess.run([*link, "-o", str(tmp_path / "main")], check=True)
    assert subprocess.run([tmp_path / "main"], check=False).returncode in (0, 1)


def test_cmake_builds_a_program_with_the_library(
    library: tuple[Compiled, Path], tmp_path: Path
) -> None:
    require(lambda: find_tool("cmake"))
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(app C)\n"
        f"add_subdirectory({library[1]} tiny)\n"
        f"add_executable(app {library[1] / 'examples' / 'main.c'})\ntarget_link_libraries(app tiny)\n"
    )
    build = tmp_path / "build"
    subprocess.run(
        ["cmake", "-S", str(tmp_path), "-B", str(build)], check=True, stdout=subprocess.DEVNULL
    )
    subprocess.run(["cmake", "--build", str(build)], check=True, stdout=subprocess.DEVNULL)
    assert (build / "app").exists()


def test_an_arena_of_the_promised_alignment_is_enough(
    library: tuple[Compiled, Path], tmp_path: Path
) -> None:
    data = small_model()
    (image,) = random_inputs(data, seed=1)
    (outputs,) = run_on_host(library[0], [{"image": image}], tmp_path, sanitize=True)
    np.testing.assert_array_equal(outputs["scores"], run_tflite_micro(data, [image])[0])


def test_int64_aligns_the_arena_to_8_bytes(tmp_path: Path) -> None:
    """ArgMax as ONNX has it; the harness aligns the arena to what the header says and no more."""
    nodes = [
        helper.make_node("DequantizeLinear", ["x", "s", "z"], ["real"]),
        helper.make_node("ArgMax", ["real"], ["best"], axis=2, keepdims=0),
    ]
    quantization = {"s": np.array(0.1, np.float32), "z": np.array(0, np.int8)}
    inputs = [onnx_model.value("x", (1, 4, 8), TensorProto.INT8)]
    outputs = [onnx_model.value("best", (1, 4), TensorProto.INT64)]
    path = tmp_path / "best.onnx"
    onnx.save(onnx_model.model(nodes, inputs, outputs, quantization), path)
    compiled = compile(path, target="host", kernels="portable")
    name = compiled.program.name
    header = compiled.files[f"{name}.h"]
    assert "_ARENA_ALIGNMENT 8 " in header
    declaration = f"static TC_ARENA int64_t arena[({name.upper()}_ARENA_BYTES + 7) / 8];"
    assert declaration in header and declaration in compiled.files["examples/main.c"]
    x = np.random.default_rng(0).permuted(np.arange(32, dtype=np.int8)).reshape(1, 4, 8)
    (tmp_path / "run").mkdir()
    (found,) = run_on_host(compiled, [{"x": x}], tmp_path / "run", sanitize=True)
    np.testing.assert_array_equal(found["best"], x.argmax(2))


def test_the_header_of_a_small_model(
    library: tuple[Compiled, Path], golden: Callable[[str], None]
) -> None:
    golden(library[0].files["tiny.h"])


def test_the_source_of_a_small_model(
    library: tuple[Compiled, Path], golden: Callable[[str], None]
) -> None:
    golden(library[0].files["tiny.c"])


def test_the_build_files_of_a_small_model(
    library: tuple[Compiled, Path], golden: Callable[[str], None]
) -> None:
    names = ("Makefile", "CMakeLists.txt", "examples/main.c", "LICENSES.txt")
    golden("\n".join(f"=== {name}\n{library[0].files[name]}" for name in names))


def test_awkward_names_make_a_library_that_compiles(clang: str, tmp_path: Path) -> None:
    path = tmp_path / "3 * \\ int main.tflite"
    path.write_bytes(small_model("*/ #error \\"))
    compiled = compile(path, target="host", kernels="portable")
    assert compiled.program.name == "t_3_int_main"
    compiled.write(tmp_path / "out")
    for compiler in ("cc", clang):
        objects(tmp_path / "out", tmp_path / compiler, compiler, ["-O0"])


@pytest.mark.parametrize(
    "stem", ["string", "stdint", "tinycompile", "tc_conv2d_s8", "main", "harness"]
)
def test_a_models_name_never_hides_a_header(stem: str, tmp_path: Path) -> None:
    path = tmp_path / f"{stem}.tflite"
    path.write_bytes(small_model())
    compiled = compile(path, target="host", kernels="portable")
    assert compiled.program.name not in (stem, "main")
    compiled.write(tmp_path / "out")
    objects(tmp_path / "out", tmp_path / "objects", find_compiler(compiled.target), ["-O0"])
