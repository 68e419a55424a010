"""An Arduino library, against its specification: fields, folders, and how the IDE compiles it."""

import re
import subprocess
from pathlib import Path

from tests.codegen.exports.conftest import Exported

REQUIRED = ["name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url"]
REQUIRED += ["architectures", "includes"]
# The part of Arduino.h that a sketch of ours uses.
ARDUINO_H = """\
struct Port { void begin(long) {} void println(int) {} };
static Port Serial;
static inline void delay(unsigned long) {}
void setup();
void loop();
"""


def properties(exported: Exported) -> dict[str, str]:
    lines = exported.text("library.properties").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_the_properties(exported: Exported) -> None:
    said = properties(exported)
    assert list(said) == REQUIRED
    assert all(said.values())
    assert re.fullmatch(r"[A-Za-z0-9][\w .-]{0,62}", said["name"])
    assert (said["version"], said["author"]) == ("1.2.3", "A. Developer")
    assert said["category"] == "Data Processing"
    assert not said["name"].lower().startswith("arduino")
    for header in said["includes"].split(","):
        assert (exported.folder / "src" / header).is_file()


def test_firmware_of_what_the_ide_compiles(
    exported: Exported, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    """Whatever there is below src/, with src/ on the include path and nothing else."""
    source = exported.folder / "src"
    sources = [p for p in sorted(source.rglob("*")) if p.suffix in (".c", ".cpp", ".S")]
    exported.check_sources(sources, [source], tmp_path, "-std=gnu11", "-Os")


def test_the_sketch_compiles(exported: Exported, tmp_path: Path) -> None:
    """As C++, with Arduino.h before it; it lies in a folder of its name."""
    sketch = exported.folder / "examples" / "nets" / "nets.ino"
    (tmp_path / "nets.cpp").write_text(f"{ARDUINO_H}{sketch.read_text()}")
    words = ["g++", "-std=gnu++17", "-Wall", "-Werror", "-c", "nets.cpp"]
    subprocess.run([*words, f"-I{exported.folder / 'src'}"], cwd=tmp_path, check=True)


def test_the_words_for_the_editor(exported: Exported) -> None:
    rows = [line.split("\t") for line in exported.text("keywords.txt").splitlines()]
    assert all(len(row) == 2 for row in rows)
    assert len({word for word, _ in rows}) == len(rows)
    kinds = dict(rows)
    assert {kind for _, kind in rows} == {"KEYWORD2", "LITERAL1"}
    functions = ("image_run", "image_input", "image_output", "stream_run", "stream_reset")
    assert {kinds[name] for name in functions} == {"KEYWORD2"}
    assert kinds["NETS_ARENA_BYTES"] == kinds["IMAGE_INPUT_SCALE"] == "LITERAL1"
