"""What the user says of a package is what its manifests say, whatever it is spelt with."""

import json
import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import kconfiglib
import pytest
import yaml

import tinycompile
from tinycompile.codegen.about import About
from tinycompile.codegen.exports import KINDS
from tinycompile.errors import InvalidOption
from tinycompile.pipeline import Compiled

ODD = r"""5 % "faster" <b> & $(shell,x) \ \u00fc ü: # - 'q' */ {x} %s"""


def test_odd_words_are_no_syntax(models: list[Compiled], tmp_path: Path) -> None:
    about = {"description": ODD, "author": "Ü <&> 'q'", "license": "MIT: x", "version": "0.0.1"}
    files = tinycompile.link(models, "nets", exports=[*KINDS], about=about).files
    texts = {name: text for name, text in files.items() if isinstance(text, str)}
    assert json.loads(texts["library.json"])["description"] == ODD
    assert yaml.safe_load(texts["idf_component.yml"])["description"] == ODD
    assert yaml.safe_load(texts["idf_component.yml"])["license"] == "MIT: x"
    assert tomllib.loads(texts["Cargo.toml"])["package"]["description"] == ODD
    pdsc = ElementTree.fromstring(texts["unknown.nets.pdsc"])
    assert pdsc.findtext("description") == ODD
    assert f"\nsentence={ODD}\n" in texts["library.properties"]
    assert texts["rust/lib.rs"].startswith(f"//! {ODD}\n")
    (tmp_path / "Kconfig").write_text(texts["zephyr/Kconfig"])
    symbol = kconfiglib.Kconfig(str(tmp_path / "Kconfig")).syms["TINYCOMPILE_NETS"]
    plain = re.sub(r"[$]", " ", ODD.replace('"', "'").replace("\\", "/"))
    assert symbol.nodes[0].prompt[0] == plain


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"version": "1.02.3"}, "is not such as version=1.2.3"),
        ({"vendor": "A B"}, "is not such as vendor=Acme"),
        ({"url": "ftp://x"}, "is not such as url=https://acme.com/nets"),
        ({"author": "a\nb"}, "is not one line of text"),
        (
            {"licence": "MIT"},
            "no such key; take version, vendor, author, email, url, license, desc",
        ),
    ],
)
def test_what_packages_do_not_take_is_refused(given: dict[str, str], why: str) -> None:
    with pytest.raises(InvalidOption, match=why):
        About.of(given)


def test_a_kind_that_does_not_exist_is_refused(models: list[Compiled]) -> None:
    with pytest.raises(InvalidOption, match="no export 'sdk'; there are cmake, zephyr, arduino"):
        tinycompile.link(models, "nets", exports=["sdk"])
