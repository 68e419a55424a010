"""A Zephyr module: Zephyr finds it, Kconfig reads it, and what its CMakeLists.txt lists becomes firmware."""

import subprocess
from pathlib import Path

import kconfiglib
import pytest
import yaml

from tests.cli.program import DIGITS
from tests.codegen.exports.conftest import Exported
from tests.conftest import require
from tests.kernels.cmsis_nn.conftest import open_copy
from tinycompile import link, pipeline
from tinycompile.codegen.exports import zephyr
from tinycompile.codegen.library import Library, Model
from tinycompile.simulate.build import find_compiler, find_tool

# What Zephyr's own functions do, as its documentation has it, and the values of Kconfig.
ZEPHYR = """\
cmake_minimum_required(VERSION 3.20)
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER {compiler})
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_FLAGS "-Os {flags}")
project(zephyr C)
macro(zephyr_library_named name)
    set(ZEPHYR_CURRENT_LIBRARY ${{name}})
    add_library(${{name}} STATIC)
    target_link_libraries(${{name}} zephyr_interface)
endmacro()
function(zephyr_library_sources)
    target_sources(${{ZEPHYR_CURRENT_LIBRARY}} PRIVATE ${{ARGN}})
endfunction()
function(zephyr_library_compile_options)
    target_compile_options(${{ZEPHYR_CURRENT_LIBRARY}} PRIVATE ${{ARGN}})
endfunction()
function(zephyr_include_directories)
    target_include_directories(zephyr_interface INTERFACE ${{ARGN}})
    file(WRITE ${{CMAKE_BINARY_DIR}}/includes "${{ARGN}}")
endfunction()
add_library(zephyr_interface INTERFACE)
{symbols}
add_subdirectory({module} module)
"""


def kconfig(folder: Path, text: str, **values: str) -> kconfiglib.Kconfig:
    """The symbols of the file `text` beside some of Zephyr's."""
    (folder / "module").write_text(text)
    sections = ["", "_CONVOLUTION", "_NNSUPPORT", "_POOLING"]
    theirs = "".join(f'config CMSIS_NN{s}\n    bool "x"\n' for s in sections)
    (folder / "Kconfig").write_text(
        f'config CPU_CORTEX_M\n    bool "x"\n{theirs}source "{folder}/module"\n'
    )
    found = kconfiglib.Kconfig(str(folder / "Kconfig"), warn_to_stderr=False)
    for name, value in values.items():
        found.syms[name].set_value(value)
    assert not found.warnings
    return found


def test_zephyr_finds_the_module(exported: Exported) -> None:
    """The keys of its schema; the folders that they name must be there."""
    said = yaml.safe_load(exported.text("zephyr/module.yml"))
    assert set(said) == {"name", "build", "samples"}
    assert set(said["build"]) == {"cmake", "kconfig"}
    assert (exported.folder / said["build"]["cmake"] / "CMakeLists.txt").is_file()
    assert (exported.folder / said["build"]["kconfig"]).is_file()
    (sample,) = said["samples"]
    tests = yaml.safe_load(exported.text(f"{sample}/sample.yaml"))
    assert "sample.nets" in tests["tests"]


def test_firmware_of_what_it_lists(
    exported: Exported, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    require(lambda: find_tool("cmake"))
    target = exported.library.models[0].target
    config = exported.text("examples/zephyr/prj.conf").split()
    assert config[0] == "CONFIG_TINYCOMPILE_NETS=y"
    values = {"CPU_CORTEX_M": "y", "TINYCOMPILE_NETS": "y"}
    symbols = kconfig(tmp_path, exported.text("zephyr/Kconfig"), **values).syms
    assert symbols["TINYCOMPILE_NETS_ARENA_BYTES"].str_value == str(
        exported.library.report["ram"]["arena_bytes"]
    )
    (tmp_path / "CMakeLists.txt").write_text(
        ZEPHYR.format(
            compiler=find_compiler(target),
            flags=" ".join(target.cflags),
            symbols="".join(
                f"set(CONFIG_{name} {symbol.str_value})\n" for name, symbol in symbols.items()
            ),
            module=exported.folder / "zephyr",
        )
    )
    build = tmp_path / "build"
    for words in (["-S", tmp_path, "-B", build], ["--build", build]):
        subprocess.run(["cmake", *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    includes = [Path(path) for path in (build / "includes").read_text().split(";")]
    exported.check_firmware([build / "module" / "libtinycompile_nets.a"], includes, tmp_path)


@pytest.mark.parametrize("external", [False, True])
def test_there_is_one_cmsis_nn(
    external: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zephyr's, which is then asked for, or the library's, which excludes Zephyr's."""
    open_copy("bakenn", monkeypatch)
    one = pipeline.compile(DIGITS, name="digits", kernels="cmsis-nn", cmsis_nn_external=external)
    files = link([one], exports=["zephyr"]).files
    assert ("src/cmsis_nn/Include/arm_nnfunctions.h" in files) != external
    text = str(files["zephyr/Kconfig"])
    for cortex_m in "ny":
        values = {"CPU_CORTEX_M": cortex_m, "TINYCOMPILE_DIGITS": "y"}
        symbols = kconfig(tmp_path, text, **values).syms
        assert symbols["TINYCOMPILE_DIGITS"].str_value == cortex_m
        used = [name for name in symbols if name.startswith("CMSIS_NN")]
        on = {name for name in used if symbols[name].str_value == "y"}
        assert on == (set(used) if external and cortex_m == "y" else set())
    if not external:
        assert (
            kconfig(tmp_path, text, **values, CMSIS_NN="y").syms["TINYCOMPILE_DIGITS"].str_value
            == "n"
        )


def test_a_portable_library_runs_on_any_core(exported: Exported) -> None:
    assert "depends on" not in exported.text("zephyr/Kconfig")
    parts = [Model(m.program, m.memory, "m", m.target) for m in exported.library.models]
    assert zephyr.needs(Library("nets", tuple(parts))) == []
