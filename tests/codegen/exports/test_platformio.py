"""A PlatformIO library, against the specification of library.json: fields, and what is compiled with what."""

import json
import re
from pathlib import Path

from tests.codegen.exports.conftest import Exported


def test_the_manifest(exported: Exported) -> None:
    """The types that its schema asks for; `pio pkg pack` accepts it."""
    said = json.loads(exported.text("library.json"))
    assert re.fullmatch(r"[^:;/,@<>]{1,100}", said["name"])
    assert said["version"] == "1.2.3" and re.fullmatch(r"\d+\.\d+\.\d+", said["version"])
    assert 0 < len(said["description"]) <= 1000
    assert all(re.fullmatch(r"[a-z\d\-+. ]{1,50}", word) for word in said["keywords"])
    assert said["authors"] == [{"name": "A. Developer", "email": "unknown@example.com"}]
    assert said["homepage"].startswith("https://")
    for header in said["headers"]:
        assert (exported.folder / said["build"]["includeDir"] / header).is_file()
    for example in said["examples"]:
        assert all((exported.folder / example["base"] / f).is_file() for f in example["files"])
    allowed = {"name", "version", "description", "keywords", "homepage", "license", "authors"}
    allowed |= {"frameworks", "platforms", "headers", "examples", "build"}
    assert set(said) <= allowed


def test_firmware_of_what_it_compiles(
    exported: Exported, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    """All sources below srcDir, with the library's flags, includeDir on the path of all."""
    build = json.loads(exported.text("library.json"))["build"]
    source, include = (exported.folder / build[key] for key in ("srcDir", "includeDir"))
    sources = [p for p in sorted(source.rglob("*")) if p.suffix in (".c", ".cpp", ".S")]
    exported.check_sources(sources, [include], tmp_path, *build["flags"])
