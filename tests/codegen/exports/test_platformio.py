"""A PlatformIO library: PlatformIO packs it, and what it compiles with which flags becomes firmware."""

import json
import tarfile
from pathlib import Path

import pytest
from platformio.package.manifest.schema import ManifestSchema
from platformio.package.pack import PackagePacker

from tests.codegen.exports.conftest import Exported


def test_platformio_packs_it(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `pio pkg pack` does it, which asks the network for the names of licences."""
    licences = {"licenses": [{"licenseId": "Apache-2.0"}]}
    monkeypatch.setattr(ManifestSchema, "load_spdx_licenses", staticmethod(lambda: licences))
    packed = PackagePacker(str(exported.folder)).pack(str(tmp_path / "nets.tar.gz"))
    with tarfile.open(packed) as archive:
        names = set(archive.getnames())
    assert {"library.json", "src/nets.h", "src/image.c", "examples/main.c"} <= names


def test_the_manifest_names_what_is_there(exported: Exported) -> None:
    said = json.loads(exported.text("library.json"))
    assert (said["name"], said["version"]) == ("nets", "1.2.3")
    for header in said["headers"]:
        assert (exported.folder / said["build"]["includeDir"] / header).is_file()
    for example in said["examples"]:
        assert all((exported.folder / example["base"] / f).is_file() for f in example["files"])


def test_firmware_of_what_it_compiles(
    exported: Exported, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    """All sources below srcDir, with the library's flags, includeDir on the path of all."""
    build = json.loads(exported.text("library.json"))["build"]
    source, include = (exported.folder / build[key] for key in ("srcDir", "includeDir"))
    sources = [p for p in sorted(source.rglob("*")) if p.suffix in (".c", ".cpp", ".S")]
    exported.check_sources(sources, [include], tmp_path, *build["flags"])
