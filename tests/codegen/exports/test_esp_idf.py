"""A component of ESP-IDF: its manifest, and both ways in which ESP-IDF reads its CMakeLists.txt."""

import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.codegen.exports.conftest import Exported
from tests.conftest import require
from tinycompile.simulate.build import find_compiler, find_tool

# First ESP-IDF runs the file as a script, in which registering ends it.
SCRIPT = """\
macro(idf_component_register)
    cmake_parse_arguments(_ "" "" "SRCS;INCLUDE_DIRS" ${{ARGN}})
    message("registered ${{__INCLUDE_DIRS}}")
    return()
endmacro()
include({component}/CMakeLists.txt)
"""
# Then as a part of the build, in which it makes a library.
BUILD = """\
cmake_minimum_required(VERSION 3.16)
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER {compiler})
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_FLAGS "-Og -std=gnu17 {flags}")
project(app C)
macro(idf_component_register)
    cmake_parse_arguments(_ "" "" "SRCS;INCLUDE_DIRS;REQUIRES;PRIV_REQUIRES" ${{ARGN}})
    set(COMPONENT_LIB __idf_nets)
    add_library(${{COMPONENT_LIB}} STATIC ${{__SRCS}})
    target_include_directories(${{COMPONENT_LIB}} PUBLIC ${{__INCLUDE_DIRS}})
    file(WRITE ${{CMAKE_BINARY_DIR}}/includes "${{__INCLUDE_DIRS}}")
endmacro()
add_subdirectory({component} nets)
"""


@pytest.fixture(autouse=True)
def cmake() -> None:
    require(lambda: find_tool("cmake"))


def test_the_component_manager_packs_it(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    compote = [
        sys.executable,
        "-c",
        "from idf_component_manager.cli import safe_cli; safe_cli()",
    ]
    where = ["--project-dir", str(exported.folder), "--dest-dir", str(tmp_path / "packed")]
    words = [*compote, "component", "pack", "--name", "nets", *where]
    subprocess.run(words, check=True, capture_output=True)
    with tarfile.open(tmp_path / "packed" / "nets_1.2.3.tgz") as archive:
        names = {name.removeprefix("./") for name in archive.getnames()}
    assert {"idf_component.yml", "CMakeLists.txt", "src/nets.h", "src/stream.c"} <= names


def test_the_manifest(exported: Exported) -> None:
    said = yaml.safe_load(exported.text("idf_component.yml"))
    allowed = {"version", "description", "url", "license", "dependencies", "examples"}
    assert set(said) == allowed
    assert said["version"] == "1.2.3" and said["url"].startswith("https://")
    assert said["dependencies"] == {"idf": ">=5.0"}
    for example in said["examples"]:
        project = exported.folder / example["path"]
        assert (project / "CMakeLists.txt").is_file() and (
            project / "main/CMakeLists.txt"
        ).is_file()
        needs = yaml.safe_load((project / "main" / "idf_component.yml").read_text())
        path = project / "main" / needs["dependencies"]["nets"]["path"]
        assert path.resolve() == exported.folder


def test_as_a_script_it_registers_and_ends(exported: Exported, tmp_path: Path) -> None:
    (tmp_path / "script.cmake").write_text(SCRIPT.format(component=exported.folder))
    words = ["cmake", "-P", str(tmp_path / "script.cmake")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stderr == "registered src\n"


def test_firmware_of_what_it_registers(
    exported: Exported, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    target = exported.library.models[0].target
    (tmp_path / "CMakeLists.txt").write_text(
        BUILD.format(
            compiler=find_compiler(target),
            flags=" ".join(target.cflags),
            component=exported.folder,
        )
    )
    build = tmp_path / "build"
    for words in (["-S", tmp_path, "-B", build], ["--build", build]):
        subprocess.run(["cmake", *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    includes = [exported.folder / path for path in (build / "includes").read_text().split(";")]
    exported.check_firmware([build / "nets" / "lib__idf_nets.a"], includes, tmp_path)


def test_the_example_compiles_as_a_task(exported: Exported) -> None:
    main = exported.folder / "examples" / "esp-idf" / "main" / "main.c"
    text = main.read_text()
    assert re.search(r"^void app_main\(void\)\n\{\n    stream_reset\(arena\);", text, re.MULTILINE)
    words = ["cc", "-Wall", "-Wextra", "-Wmissing-prototypes", "-Werror", "-fsyntax-only"]
    subprocess.run([*words, f"-I{exported.folder / 'src'}", str(main)], check=True)
