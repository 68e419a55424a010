"""Bytes and symbols, told apart in objects of the host and of a microcontroller."""

from pathlib import Path

import pytest

from tinycompile.errors import MissingTool
from tinycompile.simulate.build import build_firmware, compile_objects, find_compiler
from tinycompile.simulate.size import Symbol, sizes, symbols, undefined_symbols, writable_globals
from tinycompile.target import Target

SOURCE = """
#include <stdint.h>
#include <string.h>
int32_t work(int32_t x);
const int32_t weights[25] = {1};
const int32_t *const rows[2] = {weights, weights + 5};
int32_t initial[3] = {1, 2, 3};
static uint8_t scratch[1000];
int32_t work(int32_t x)
{
    static int32_t calls;
    memset(scratch, x, (size_t)(sizeof scratch - (size_t)++calls));
    return initial[x] + weights[x] + *rows[x & 1] + scratch[x];
}
"""


@pytest.fixture(params=["host", "cortex-m4"])
def target(request: pytest.FixtureRequest) -> Target:
    if request.param != "host":
        request.getfixturevalue("arm_gcc")
    return Target.load(request.param)


def compiled(target: Target, folder: Path, text: str) -> Path:
    source = folder / "unit.c"
    source.write_text(text)
    compiler = find_compiler(target)
    flags = ["-O1", *target.cflags, *(["-fPIC"] if target.is_host else [])]
    return compile_objects([source], [], folder, compiler=compiler, flags=flags)[0]


def test_an_objects_bytes_by_kind(target: Target, tmp_path: Path) -> None:
    unit = compiled(target, tmp_path, SOURCE)
    found = sizes(unit)
    pointer = 8 if target.is_host else 4
    assert (found.data, found.bss) == (12, 1004)
    assert 20 < found.code < 400
    unwinding = found.constants - (100 + 2 * pointer)
    assert unwinding >= 0 if target.is_host else unwinding == 0
    assert found.flash == found.code + found.constants + 12
    assert found.ram == 1016


def test_symbols_by_size(target: Target, tmp_path: Path) -> None:
    found = symbols(compiled(target, tmp_path, SOURCE))
    assert found[0] == Symbol(name="scratch", kind="bss", size=1000)
    assert Symbol(name="weights", kind="constants", size=100) in found
    assert Symbol(name="initial", kind="data", size=12) in found
    assert [symbol.kind for symbol in found if symbol.name == "work"] == ["code"]
    assert [symbol.size for symbol in found] == sorted((s.size for s in found), reverse=True)


def test_writable_globals_are_found_static_ones_too(target: Target, tmp_path: Path) -> None:
    names = writable_globals(compiled(target, tmp_path, SOURCE))
    assert {name.split(".")[0] for name in names} == {"initial", "scratch", "calls"}


@pytest.mark.parametrize("variable", ["int counter;", "_Thread_local int counter;"])
def test_every_storage_counts_as_writable(target: Target, tmp_path: Path, variable: str) -> None:
    source = tmp_path / "unit.c"
    source.write_text(f"{variable}\n")
    found = compile_objects(
        [source],
        [],
        tmp_path,
        compiler=find_compiler(target),
        flags=[*target.cflags, "-std=gnu11", "-fcommon"],
    )
    # gcc keeps thread-local variables of a bare machine in objects of its own, __emutls_v.NAME.
    assert {name.split(".")[-1] for name in writable_globals(found[0])} == {"counter"}


def test_pure_code_has_no_writable_globals(target: Target, tmp_path: Path) -> None:
    text = (
        "int pure(int x);\nstatic const int t[2] = {4, 5};\nint pure(int x) { return t[x & 1]; }\n"
    )
    unit = compiled(target, tmp_path, text)
    assert writable_globals(unit) == set()
    assert (sizes(unit).ram, undefined_symbols(unit)) == (0, set())


def test_undefined_symbols_are_what_others_must_bring(target: Target, tmp_path: Path) -> None:
    text = (
        "#include <stdlib.h>\nvoid *make(size_t n);\nextern int limit;\n"
        "void *make(size_t n) { return (int)n > limit ? NULL : malloc(n); }\n"
    )
    unit = compiled(target, tmp_path, text)
    assert undefined_symbols(unit) - {"_GLOBAL_OFFSET_TABLE_"} == {"malloc", "limit"}


def test_firmware_counts_its_sections_but_not_the_stack(arm_gcc: str, tmp_path: Path) -> None:
    source = Path(__file__).parent / "programs" / "echo.c"
    elf = build_firmware([source], [], Target.load("cortex-m4"), tmp_path / "echo.elf")
    found = sizes(elf)
    assert 1_000_000 <= found.ram < 1_010_000
    assert 500 < found.flash < 5000
    assert symbols(elf)[0] == Symbol(name="bytes", kind="bss", size=1_000_000)


def test_without_pyelftools_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "elftools.elf.elffile", None)
    with pytest.raises(MissingTool, match=r"pip install 'tinycompile\[simulate\]'"):
        sizes(tmp_path / "any.o")
