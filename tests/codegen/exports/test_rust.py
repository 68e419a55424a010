"""A Rust crate: cargo builds it, and its safe functions compute what the C does."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import tinycompile
from tests.codegen.exports.conftest import Exported
from tests.codegen.exports.firmware import RUNS
from tests.conftest import require
from tinycompile.codegen.exports.rust import word
from tinycompile.errors import MissingTool
from tinycompile.pipeline import Compiled
from tinycompile.simulate.build import find_tool

CRATES = Path("/usr/share/cargo/registry")  # of Debian's packages: the crate cc
MANIFEST = """\
[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
nets = {{ path = "{folder}" }}
"""
READS = """\
use std::io::{Read, Write};

fn main() {
    let mut arena = nets::Arena::new();
    let mut given = std::fs::File::open("inputs.bin").unwrap();
    let mut made = std::fs::File::create("outputs.bin").unwrap();
"""


def crates() -> str:
    if not list(CRATES.glob("cc-*")):
        raise MissingTool("no crate cc; on Debian or Ubuntu: apt-get install librust-cc-dev")
    return find_tool("cargo")


def cargo(folder: Path, target: Path, *words: str) -> subprocess.CompletedProcess[str]:
    cargo = require(crates)
    source = ["--config", 'source.crates-io.replace-with="debian"']
    source += ["--config", f'source.debian.directory="{CRATES}"']
    command = [cargo, *words, "--offline", *source, "--quiet", "--target-dir", str(target)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def program(models: list[Compiled]) -> str:
    """What tests/codegen/exports/firmware.py does, for models of one int8 input and output."""
    lines = [f"nets::{m.program.name}::reset(&mut arena);" for m in models if m.program.states]
    lines.append(f"for _ in 0..{RUNS} {{")
    for name in (f"nets::{m.program.name}" for m in models):
        lines += [
            f"let mut bytes = [0; {name}::INPUT_COUNT];",
            "given.read_exact(&mut bytes).unwrap();",
            f"*{name}::input(&mut arena) = bytes.map(|byte| byte as i8);",
            f"{name}::run(&mut arena);",
            f"made.write_all(&{name}::output(&arena).map(|value| value as u8)).unwrap();",
        ]
    return READS + "\n".join([*lines, "}", "}", ""])


def test_a_program_with_the_crate(exported: Exported, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text(MANIFEST.format(folder=exported.folder))
    (tmp_path / "src" / "main.rs").write_text(program([*exported.library.models]))
    exported.expected.write_inputs(tmp_path)
    done = cargo(tmp_path, tmp_path / "target", "run")
    assert (done.returncode, done.stderr) == (0, "")  # no warning either
    exported.expected.check(tmp_path)


def test_indices_are_checked_before_c_trusts_them(models: list[Compiled], tmp_path: Path) -> None:
    """As if the small model looked its input up in a table of 20."""
    image = models[0]
    program = replace(image.program, limits={"image": 20})
    library = tinycompile.link([replace(image, program=program)], exports=["rust"])
    library.write(tmp_path / "image")
    example = tmp_path / "image" / "examples" / "rust" / "run.rs"
    text = example.read_text()
    assert text.count(".fill(-3);") == 1
    for value, status in (("19", 0), ("20", 101), ("-1", 101)):
        example.write_text(text.replace(".fill(-3);", f".fill({value});"))
        done = cargo(tmp_path / "image", tmp_path / "target", "run", "--example", "run")
        assert done.returncode == status, done.stderr


@pytest.mark.parametrize(
    ("name", "made"), [("kws", "kws"), ("type", "type_model"), ("core", "core_model")]
)
def test_no_word_of_rust_names_a_crate_or_module(name: str, made: str) -> None:
    assert word(name) == made
