"""Assembly that asks for addresses by adr, which counts in words, is aligned to words whatever is asked."""

import re
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from tinycompile.runtime_c import FOLDER

USED = re.compile(r"^TC_MVE_(?:PAIRS|GROUPS)\((\w+)", re.MULTILINE)  # whose assembly has adr
FILES = [path for path in sorted(FOLDER.rglob("*.c")) if USED.search(path.read_text())]


def test_some_do_and_all_are_known() -> None:
    headers = {
        path.stem for path in FOLDER.rglob("*.[ch]") if re.search(r"\badr\.w\b", path.read_text())
    }
    assert headers == {"tc_mve_pairs", "tc_mve_groups"}
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_with_os_functions_are_aligned_to_words(file: Path, tmp_path: Path, arm_gcc: str) -> None:
    """As gcc says it in the object: else what is linked before a function moves it by half a word."""
    unit = tmp_path / "unit.o"
    core = ["-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard", "-Os", "-ffunction-sections"]
    folders = [f"-I{path}" for path in (FOLDER, *FOLDER.iterdir()) if path.is_dir()]
    folders += [f"-I{path}" for path in (FOLDER / "portable").iterdir()]
    subprocess.run([arm_gcc, *core, *folders, "-c", str(file), "-o", str(unit)], check=True)
    asked = USED.findall(file.read_text())
    with unit.open("rb") as stream:
        sections = {s.name: s["sh_addralign"] for s in ELFFile(stream).iter_sections()}
    found = {name: sections[f".text.{name}"] for name in asked if f".text.{name}" in sections}
    assert found and set(found.values()) == {4}
