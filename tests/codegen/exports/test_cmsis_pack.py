"""A CMSIS-Pack, against the rules of its schema and of packchk; built from the unpacked .pack."""

import os
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema

from tests.cli.program import DIGITS
from tests.codegen.exports.conftest import Exported
from tests.kernels.cmsis_nn.conftest import open_copy
from tinycompile import link, pipeline, target
from tinycompile.codegen.exports.cmsis_pack import core
from tinycompile.target import Target

# The order of the schema's sequences.
PACKAGE = ["vendor", "name", "description", "url", "license", "releases", "components"]


@pytest.fixture(scope="module")
def pack(exported: Exported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked pack."""
    folder = tmp_path_factory.mktemp("pack")
    with zipfile.ZipFile(exported.folder / "Acme.nets.1.2.3.pack") as whole:
        whole.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def package(pack: Path) -> ElementTree.Element:
    (pdsc,) = pack.glob("*.pdsc")
    assert pdsc.name == "Acme.nets.pdsc"
    return ElementTree.parse(pdsc).getroot()


@pytest.mark.skipif("PACK_XSD" not in os.environ, reason="PACK_XSD names no copy of PACK.xsd")
def test_the_schema(exported: Exported) -> None:
    """Of Open-CMSIS-Pack, which no registry of Python packages has."""
    schema = xmlschema.XMLSchema(os.environ["PACK_XSD"])
    schema.validate(str(exported.folder / "Acme.nets.pdsc"))


def files(package: ElementTree.Element) -> list[dict[str, str]]:
    return [dict(file.attrib) for file in package.findall("components/component/files/file")]


def test_the_description(exported: Exported, package: ElementTree.Element, pack: Path) -> None:
    assert [child.tag for child in package] == PACKAGE
    assert (package.findtext("vendor"), package.findtext("name")) == ("Acme", "nets")
    assert re.fullmatch(r"\d+\.\d+\.\d+", package.attrib["schemaVersion"])
    assert [r.attrib["version"] for r in package.findall("releases/release")] == ["1.2.3"]
    (component,) = package.findall("components/component")
    assert (
        component.attrib["Cversion"] == "1.2.3" and component.attrib["Cclass"] == "Machine Learning"
    )
    assert (pack / package.findtext("license", "")).is_file()
    for file in files(package):
        path = pack / file["name"]
        assert path.is_dir() if file["category"] == "include" else path.is_file()
    assert (pack / "Acme.nets.pdsc").read_text() == exported.text("Acme.nets.pdsc")


def test_nothing_is_missing_or_idle(package: ElementTree.Element, pack: Path) -> None:
    """Headers that are private need no entry: the include folder has them."""
    named = {file["name"] for file in files(package)}
    there = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    assert {name for name in there if name.endswith(".c")} <= named
    assert {"LICENSES.txt", "README.md"} <= there


def test_firmware_of_what_it_lists(
    exported: Exported,
    package: ElementTree.Element,
    pack: Path,
    tmp_path: Path,
    arm_gcc: str,
    qemu: str,
) -> None:
    listed = files(package)
    sources = [f for f in listed if f["category"] == "source" and f.get("attr") != "template"]
    includes = [pack / f["name"] for f in listed if f["category"] == "include"]
    exported.check_sources([pack / f["name"] for f in sources], includes, tmp_path)


def test_every_core_is_called_as_the_schema_has_it() -> None:
    chips = [Target.load(name) for name in target.names()]
    called = {core(chip) for chip in chips if not chip.is_host}
    numbers = ("0", "0+", "1", "3", "4", "7", "23", "33", "35P", "52", "55", "85")
    assert called <= {f"Cortex-M{number}" for number in numbers} and len(called) > 6


@pytest.mark.parametrize("external", [False, True])
def test_conditions_name_the_core_and_cmsis_nn(
    external: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_copy("bakenn", monkeypatch)
    one = pipeline.compile(
        DIGITS, name="digits", target="cortex-m7", kernels="cmsis-nn", cmsis_nn_external=external
    )
    text = link([one], exports=["cmsis-pack"]).files["unknown.digits.pdsc"]
    root = ElementTree.fromstring(text)
    needs = [dict(e.attrib) for e in root.findall("conditions/condition/require")]
    theirs = [{"Cclass": "CMSIS", "Cgroup": "NN Lib"}] * external
    assert needs == [{"Dcore": "Cortex-M7"}, *theirs]
