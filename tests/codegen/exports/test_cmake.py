"""CMake's three ways to a library, and that it is optimised."""

import json
import subprocess
from pathlib import Path

import pytest

import tinycompile
from tests.codegen.exports import firmware
from tests.codegen.exports.conftest import Exported
from tests.conftest import require
from tinycompile.pipeline import Compiled
from tinycompile.simulate.build import FIRMWARE, find_compiler, find_tool, run_host

WAYS = {
    "add_subdirectory": "add_subdirectory({folder} nets)",
    "FetchContent": (
        "include(FetchContent)\nFetchContent_Declare(nets SOURCE_DIR {folder})\n"
        "FetchContent_MakeAvailable(nets)"
    ),
    "find_package": "find_package(nets 1.1 REQUIRED CONFIG)",
}
PROJECT = """\
cmake_minimum_required(VERSION 3.14)
project(app C)
{way}
add_executable(app main.c {semihosting})
target_include_directories(app PRIVATE {firmware})
target_link_libraries(app PRIVATE tinycompile::nets)
"""


@pytest.fixture(autouse=True)
def cmake() -> None:
    require(lambda: find_tool("cmake"))


def run(*words: object) -> None:
    subprocess.run(["cmake", *map(str, words)], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("way", WAYS)
def test_a_program_with_the_library(way: str, exported: Exported, tmp_path: Path) -> None:
    app, build, installed = tmp_path / "app", tmp_path / "build", tmp_path / "installed"
    app.mkdir()
    (app / "main.c").write_text(firmware.source(exported.library))
    text = PROJECT.format(
        way=WAYS[way].format(folder=exported.folder),
        semihosting=FIRMWARE / "semihosting_host.c",
        firmware=FIRMWARE,
    )
    (app / "CMakeLists.txt").write_text(text)
    if way == "find_package":
        run("-S", exported.folder, "-B", tmp_path / "own", f"-DCMAKE_INSTALL_PREFIX={installed}")
        run("--build", tmp_path / "own", "--target", "install")
    run("-S", app, "-B", build, f"-DCMAKE_PREFIX_PATH={installed}")
    run("--build", build)
    exported.expected.write_inputs(tmp_path)
    run_host(build / "app", tmp_path)
    exported.expected.check(tmp_path)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([], "-O2"),
        (["-DCMAKE_C_FLAGS=-Os"], "-Os"),
        (["-DCMAKE_BUILD_TYPE=Release"], "-O3"),
        (["-DCMAKE_BUILD_TYPE=Debug"], "-g"),
    ],
)
def test_who_asks_for_nothing_gets_optimised_code(
    flags: list[str], expected: str, exported: Exported, tmp_path: Path
) -> None:
    run("-S", exported.folder, "-B", tmp_path, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *flags)
    commands = json.loads((tmp_path / "compile_commands.json").read_text())
    said = [word for word in commands[0]["command"].split() if word.startswith(("-O", "-g"))]
    assert said == [expected]


def test_a_version_that_is_too_old_is_refused(exported: Exported, tmp_path: Path) -> None:
    run("-S", exported.folder, "-B", tmp_path / "own", f"-DCMAKE_INSTALL_PREFIX={tmp_path}")
    run("--build", tmp_path / "own", "--target", "install")
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(app C)\nfind_package(nets 2.0 REQUIRED)\n"
    )
    command = ["cmake", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "version: 1.2.3" in done.stderr


def test_firmware_from_a_cross_build(
    exported: Exported, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    target = exported.library.models[0].target
    toolchain = tmp_path / "arm.cmake"
    toolchain.write_text(
        "set(CMAKE_SYSTEM_NAME Generic)\nset(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)\n"
        f"set(CMAKE_C_COMPILER {find_compiler(target)})\n"
        f'set(CMAKE_C_FLAGS_INIT "{" ".join(target.cflags)}")\n'
    )
    run("-S", exported.folder, "-B", tmp_path / "b", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}")
    run("--build", tmp_path / "b")
    exported.check_firmware([tmp_path / "b" / "libnets.a"], [exported.folder / "src"], tmp_path)


@pytest.mark.parametrize("name", ["test", "install", "all"])
def test_names_that_cmake_has_itself(name: str, models: list[Compiled], tmp_path: Path) -> None:
    library = tinycompile.link(models, name)
    library.write(tmp_path / name)
    run("-S", tmp_path / name, "-B", tmp_path / "own", f"-DCMAKE_INSTALL_PREFIX={tmp_path}")
    run("--build", tmp_path / "own", "--target", "install")
    assert (tmp_path / "lib" / f"lib{name}.a").is_file()
    (tmp_path / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.13)\nproject(app C)\nfind_package({name} REQUIRED)\n"
        f"enable_testing()\nadd_subdirectory({name} sub)\n"
        f"get_target_property(there tinycompile::{name} TYPE)\n"
        'if(NOT there STREQUAL "STATIC_LIBRARY")\n    message(FATAL_ERROR "${there}")\nendif()\n'
    )
    run("-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={tmp_path}")


def test_the_example_builds(exported: Exported, tmp_path: Path) -> None:
    run("-S", exported.folder / "examples", "-B", tmp_path)
    run("--build", tmp_path)
    assert subprocess.run([tmp_path / "nets_example"], check=False).returncode in (0, 1, 2)
