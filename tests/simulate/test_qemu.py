"""Programs on every simulated core: files, arguments, status, and every bad end."""

from pathlib import Path

import pytest

from tinycompile.errors import ProgramFailed, ProgramFault, ProgramHang, SimulationError
from tinycompile.simulate.build import build_firmware, build_host
from tinycompile.simulate.qemu import run
from tinycompile.target import Target

PROGRAMS = Path(__file__).parent / "programs"
CORES = [f"cortex-m{core}" for core in ("0", "3", "4", "7", "33", "55")]
DEEDS = {
    "undefined": r"undefined instruction \(UNDEFINSTR\), at 0x\w+ in main \(misbehave.c:\d+\)",
    "nowhere": r"\(DACCVIOL\), address 0x1ff00000, at 0x\w+ in write_word \(misbehave.c:",
    "null": r"\(DACCVIOL\), address 0x00000000, at 0x\w+ in write_word",
    "constant": r"not to be written \(DACCVIOL\), address 0x\w+, at 0x\w+ in write_word",
    "stack": r"the stack overflowed \(MSTKERR\)",
}


@pytest.fixture(scope="module", params=CORES)
def target(request: pytest.FixtureRequest, arm_gcc: str, qemu: str) -> Target:
    return Target.load(request.param)


@pytest.fixture(scope="module")
def echo(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp(target.name) / "echo.elf"
    return build_firmware([PROGRAMS / "echo.c"], [], target, output)


@pytest.fixture(scope="module")
def misbehave(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp(target.name) / "misbehave.elf"
    return build_firmware([PROGRAMS / "misbehave.c"], [], target, output)


@pytest.fixture(scope="module")
def host_results(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("host")
    program = build_host([PROGRAMS / "arithmetic.c"], [], folder / "program", sanitize=True)
    results = run(program, Target.load("host"), cwd=folder)
    assert len(set(results.split())) == 7
    return results


def test_files_are_read_and_written_in_the_folder_given(
    echo: Path, target: Target, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 1000 + bytes([60])  # sums to 32640060
    (tmp_path / "a,b.bin").write_bytes(content)
    with pytest.raises(ProgramFailed, match=r"echo.elf on mps\d-an\d+ ended with 60$"):
        run(echo, target, cwd=tmp_path, arguments=["a,b.bin", "copy.bin"])
    assert (tmp_path / "copy.bin").read_bytes() == content


def test_standard_output_is_returned(echo: Path, target: Target, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(bytes([50, 50]))
    assert run(echo, target, cwd=tmp_path, arguments=["in", "out"]) == "copied in\n"


def test_a_failure_tells_its_status_and_last_words(
    echo: Path, misbehave: Path, target: Target, tmp_path: Path
) -> None:
    with pytest.raises(ProgramFailed, match="ended with 3: cannot open missing$"):
        run(echo, target, cwd=tmp_path, arguments=["missing", "out"])
    with pytest.raises(ProgramFailed, match="ended with 41: no luck$"):
        run(misbehave, target, cwd=tmp_path, arguments=["status"])


@pytest.mark.parametrize("deed", DEEDS)
def test_a_fault_is_named_and_placed(
    misbehave: Path, target: Target, tmp_path: Path, deed: str
) -> None:
    with pytest.raises(ProgramFault, match=DEEDS[deed]) as raised:
        run(misbehave, target, cwd=tmp_path, arguments=[deed])
    assert "\n" not in str(raised.value)


def test_unaligned_access_faults_where_the_core_has_none(
    misbehave: Path, target: Target, tmp_path: Path
) -> None:
    if target.cpu in ("cortex-m0", "cortex-m0plus"):
        with pytest.raises(ProgramFault, match=r"unaligned access \(UNALIGNED\)"):
            run(misbehave, target, cwd=tmp_path, arguments=["unaligned"])
    else:
        assert run(misbehave, target, cwd=tmp_path, arguments=["unaligned"])


def test_a_hang_is_ended_and_tells_what_was_printed_last(
    arm_gcc: str, qemu: str, tmp_path: Path
) -> None:
    target = Target.load("cortex-m4")
    elf = build_firmware([PROGRAMS / "misbehave.c"], [], target, tmp_path / "misbehave.elf")
    with pytest.raises(
        ProgramHang, match=r"did not end within 3 s; its last line was 'about to misbehave'$"
    ):
        run(elf, target, cwd=tmp_path, arguments=["hang"], timeout=3)


@pytest.mark.parametrize("optimize", ["-O0", "-O3"])
def test_every_core_computes_what_the_host_does(
    target: Target, host_results: str, tmp_path: Path, optimize: str
) -> None:
    sources = [PROGRAMS / "arithmetic.c"]
    elf = build_firmware(sources, [], target, tmp_path / "firmware.elf", optimize=optimize)
    assert run(elf, target, cwd=tmp_path) == host_results


def test_arguments_that_semihosting_would_split_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'a b'"):
        run(tmp_path / "x.elf", Target.load("cortex-m4"), cwd=tmp_path, arguments=["a b"])


def test_too_many_arguments_end_with_a_message(echo: Path, target: Target, tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="arguments do not fit"):
        run(echo, target, cwd=tmp_path, arguments=["word"] * 40)
    with pytest.raises(ProgramFailed, match="arguments do not fit"):
        run(echo, target, cwd=tmp_path, arguments=["w" * 2000])


def test_an_elf_that_is_none_tells_so(qemu: str, tmp_path: Path) -> None:
    elf = tmp_path / "broken.elf"
    elf.write_text("no ELF")
    with pytest.raises(ProgramFailed, match="broken.elf on mps2-an386") as raised:
        run(elf, Target.load("cortex-m4"), cwd=tmp_path, timeout=10)
    assert "\n" not in str(raised.value)


def test_a_target_without_machine_is_refused(tmp_path: Path) -> None:
    chip = tmp_path / "chip.toml"
    chip.write_text('core = "cortex-m4"\nmachine = ""\n')
    with pytest.raises(SimulationError, match="target chip names no QEMU machine"):
        run(tmp_path / "x.elf", Target.load(str(chip)), cwd=tmp_path)
