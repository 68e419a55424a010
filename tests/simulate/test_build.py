"""Programs for the host and firmware: what builds, what is refused, and in which words."""

import ctypes
from pathlib import Path

import pytest

from tinycompile.errors import (
    BuildFailed,
    ImageTooLarge,
    MissingTool,
    ProgramFailed,
    SimulationError,
)
from tinycompile.simulate.build import (
    WARNINGS,
    build_firmware,
    build_host,
    compile_objects,
    find_compiler,
)
from tinycompile.simulate.qemu import run
from tinycompile.target import Target

ECHO = Path(__file__).parent / "programs" / "echo.c"
HOST = Target.load("host")
M4 = Target.load("cortex-m4")


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_one_harness_runs_on_the_host_too(tmp_path: Path) -> None:
    program = build_host([ECHO], [], tmp_path / "echo", sanitize=True)
    (tmp_path / "in").write_bytes(bytes([200]))
    assert run(program, HOST, cwd=tmp_path, arguments=["in", "out"]) == "copied in\n"
    assert (tmp_path / "out").read_bytes() == bytes([200])
    with pytest.raises(ProgramFailed, match="^echo on the host ended with 3: cannot open none$"):
        run(program, HOST, cwd=tmp_path, arguments=["none", "out"])


def test_clang_builds_the_same_harness(clang: str, tmp_path: Path) -> None:
    program = build_host([ECHO], [], tmp_path / "echo", compiler=clang)
    (tmp_path / "in").write_bytes(bytes([100]))
    assert run(program, HOST, cwd=tmp_path, arguments=["in", "out"]) == "copied in\n"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("volatile int n = argc << 30; return n + n == 5;", "runtime error: .*overflow"),
        ("char b[2] = {0}; char *volatile p = b; return p[argc + 5];", "AddressSanitizer: stack-"),
    ],
)
def test_sanitizers_end_the_program_with_one_line(
    tmp_path: Path, statement: str, words: str
) -> None:
    source = write(
        tmp_path / "bad.c", f"int main(int argc, char **argv)\n{{ (void)argv; {statement} }}\n"
    )
    program = build_host([source], [], tmp_path / "bad", sanitize=True)
    with pytest.raises(ProgramFailed, match=words) as raised:
        run(program, HOST, cwd=tmp_path)
    assert "\n" not in str(raised.value)


def test_a_killed_program_names_the_signal(tmp_path: Path) -> None:
    source = write(tmp_path / "trap.c", "int main(void) { __builtin_trap(); }\n")
    program = build_host([source], [], tmp_path / "trap")
    with pytest.raises(ProgramFailed, match="was killed by SIG(ILL|TRAP)"):
        run(program, HOST, cwd=tmp_path)


def test_a_shared_library_loads(tmp_path: Path) -> None:
    source = write(tmp_path / "seven.c", "int seven(void);\nint seven(void) { return 7; }\n")
    library = build_host([source], [], tmp_path / "seven.so", sanitize=True)
    assert ctypes.CDLL(str(library)).seven() == 7


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("int f(void) { return 1; }", "missing-prototypes"),
        ("static int f(void) { return 1; }", "unused-function"),
        ("char f(int x);\nchar f(int x) { return x; }", "conversion"),
        ("int f(void);\nint f(void) { return 1; };", "pedantic"),
        ("int f(void);\nint f(void) { return }", "expected expression"),
    ],
)
@pytest.mark.parametrize("compiler", ["cc", "arm-none-eabi-gcc"])
def test_warnings_are_errors_in_the_compilers_words(
    request: pytest.FixtureRequest, tmp_path: Path, compiler: str, body: str, words: str
) -> None:
    source = write(tmp_path / "bad.c", body + "\n")
    with pytest.raises(
        BuildFailed, match=rf"(?s)^{compiler} could not compile .*bad.c:\n.*{words}"
    ):
        if compiler == "cc":
            build_host([source], [], tmp_path / "out.so")
        else:
            request.getfixturevalue("arm_gcc")
            build_firmware([source], [], M4, tmp_path / "out.elf")


def test_warnings_are_those_promised() -> None:
    promised = "-Wall -Wextra -pedantic -Wconversion -Wmissing-prototypes -Werror"
    assert set(promised.split()) | {"-std=c99"} == set(WARNINGS)


def test_sources_of_one_name_both_count(tmp_path: Path) -> None:
    for folder, text in (
        ("a", "int one(void);\nint one(void) { return 1; }"),
        ("b", "int two(void);\nint two(void) { return 2; }"),
    ):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "same.c", text + "\n")
    sources = [tmp_path / "a" / "same.c", tmp_path / "b" / "same.c"]
    library = ctypes.CDLL(str(build_host(sources, [], tmp_path / "both.so")))
    assert (library.one(), library.two()) == (1, 2)
    objects = compile_objects(sources, [], tmp_path / "o", compiler="cc", flags=[])
    assert [path.name for path in objects] == ["same.o", "same-2.o"]


def test_flags_and_include_folders_reach_the_compiler(tmp_path: Path) -> None:
    (tmp_path / "inc").mkdir()
    write(tmp_path / "inc" / "value.h", "#define VALUE (BASE + 1)\n")
    source = write(
        tmp_path / "value.c",
        '#include "value.h"\nint value(void);\nint value(void) { return VALUE; }\n',
    )
    library = build_host([source], [tmp_path / "inc"], tmp_path / "v.so", flags=["-DBASE=41"])
    assert ctypes.CDLL(str(library)).value() == 42


@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        (
            "static char big[5000000];",
            r"needs \d[\d,]+ bytes more of RAM than mps2-an386 has \(it has 4MiB\)",
        ),
        (
            "static const char big[17000000] = {1};",
            r"more of CONSTANTS than mps2-an386 has \(it has 16MiB\)",
        ),
    ],
)
def test_a_program_larger_than_the_machine_says_by_how_much(
    arm_gcc: str, tmp_path: Path, declaration: str, words: str
) -> None:
    main = (
        "int main(int argc, char **argv) { (void)argv; return ((volatile const char *)big)[argc]; }"
    )
    text = f"{declaration}\n{main}\n"
    with pytest.raises(ImageTooLarge, match=words) as raised:
        build_firmware([write(tmp_path / "big.c", text)], [], M4, tmp_path / "big.elf")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("call", ["malloc(5) != NULL", "getchar()"])
def test_firmware_has_neither_heap_nor_libc_files(arm_gcc: str, tmp_path: Path, call: str) -> None:
    text = f"#include <stdio.h>\n#include <stdlib.h>\nint main(void) {{ return {call}; }}\n"
    source = write(tmp_path / "libc.c", text)
    with pytest.raises(BuildFailed, match=r"(?s)could not link libc.elf:.*undefined reference"):
        build_firmware([source], [], M4, tmp_path / "libc.elf", flags=["-fno-builtin"])


def test_libm_is_there(arm_gcc: str, qemu: str, tmp_path: Path) -> None:
    text = (
        "#include <math.h>\nint main(int argc, char **argv)\n"
        "{ (void)argv; return (int)(expf((float)argc) * 100.0f) - 271; }\n"
    )
    for name in ("cortex-m0", "cortex-m4", "cortex-m55"):
        target = Target.load(name)
        elf = build_firmware([write(tmp_path / "e.c", text)], [], target, tmp_path / f"{name}.elf")
        assert run(elf, target, cwd=tmp_path) == ""


def test_missing_tools_name_their_debian_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        MissingTool, match="arm-none-eabi-gcc is not installed.*apt-get install gcc-a"
    ):
        find_compiler(M4)
    with pytest.raises(MissingTool, match="cc is not installed.*apt-get install gcc$"):
        find_compiler(HOST)
    with pytest.raises(MissingTool, match="clang is not installed.*apt-get install clang$"):
        build_host([ECHO], [], tmp_path / "x", compiler="clang")
    with pytest.raises(MissingTool, match="apt-get install qemu-system-arm$"):
        run(tmp_path / "x.elf", M4, cwd=tmp_path)


def test_a_cross_compiler_without_libc_names_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = write(tmp_path / "arm-none-eabi-gcc", "#!/bin/sh\necho nano.specs\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(
        MissingTool, match="has no C library.*apt-get install libnewlib-arm-none-eabi"
    ):
        find_compiler(M4)


def test_firmware_needs_a_machine(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="target host names no QEMU machine"):
        build_firmware([ECHO], [], HOST, tmp_path / "x.elf")
