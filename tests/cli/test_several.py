"""The command line: several models in one folder, and packages."""

import json
from pathlib import Path

import click
import pytest

from tests.cli.program import DIGITS, Cli, tree
from tests.small_model import small_model
from tinycompile.__main__ import command
from tinycompile.command_line.groups import network
from tinycompile.command_line.package import FOR_ONE

BOTH = ("tiny.tflite", str(DIGITS), "--name", "tiny", "--name", "digits", "--kernels", "portable")


def test_several_models_make_one_folder(cli: Cli, model: str) -> None:
    status, output, errors = cli(*BOTH, "-o", "out/nets")
    assert (status, errors) == (0, "")
    assert "Wrote out/nets/ (nets.h documents the C API)." in output
    lines = output.splitlines()
    assert {"tiny:", "digits:", "nets, with kernels once and one arena:"} <= set(lines)
    written = json.loads(Path("out/nets/nets.json").read_text())
    assert [one["name"] for one in written["models"]] == ["tiny", "digits"]
    assert written["files"] == sorted(n.removeprefix("out/nets/") for n in tree(Path("out/nets")))
    assert {"nets.h", "tiny.h", "digits.c", "Makefile"} <= set(written["files"])


def test_another_set_of_models_replaces_it_and_one_alone_does_not(cli: Cli, model: str) -> None:
    assert cli(*BOTH, "-o", "nets")[0] == 0
    Path("nets/tiny.o").write_text("built")
    Path("other.tflite").write_bytes(small_model("other"))
    assert (
        cli("other.tflite", *BOTH[1:], "--name", "other", "-o", "nets")[0] == 2
    )  # names for three
    assert cli("other.tflite", str(DIGITS), "-o", "nets", "--kernels", "portable")[0] == 0
    assert not [name for name in tree(Path("nets")) if "tiny." in name]
    before = tree(Path("nets"))
    status, _, errors = cli("other.tflite", "-o", "nets")
    assert status == 1 and "which TinyCompile did not write for this model" in errors
    assert tree(Path("nets")) == before


def test_json_of_several_is_one(cli: Cli, model: str) -> None:
    status, output, _ = cli(*BOTH, "-o", "nets", "--json")
    assert status == 0 and json.loads(output)["name"] == "nets"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "2 models make one library: give it a folder, whose name it has, with -o"),
        (["-o", "nets", "--name", "a"], "--name is given 1 times for 2 models; give one for each"),
        (["-o", "tiny"], "two of tiny, digits_int8, tiny would be tiny.h"),
        (["-o", "nets", "--shape", "x:1,2"], "--shape is for one model: compile each alone, or"),
        (["-o", "nets", "--quantize", "random"], "--quantize is for one model"),
        (["-o", "nets", "--about", "version=1.0.0"], "--about is for packages; say which with"),
        (["-o", "n", "--export", "zip", "--about", "version=1"], "is not such as version=1.2.3"),
        (["-o", "n", "--export", "zip", "--about", "size=1"], "no such key; take version, vendor"),
        (["-o", "n", "--export", "zip", "--about", "author="], "author: '' is not one line of"),
        (["-o", "n", "--export", "zip", "--about", "author"], "'author' is not KEY=VALUE such"),
        (["-o", "n", "--export", "sdk"], "'sdk' is not one of 'cmake', 'zephyr', 'arduino'"),
    ],
)
def test_refusals(words: list[str], why: str, cli: Cli, model: str) -> None:
    before = tree(Path())
    status, _, errors = cli("tiny.tflite", str(DIGITS), *words)
    assert status == 2
    assert errors.count("\n") == 1 and why in errors
    assert tree(Path()) == before


def test_options_for_one_model_are_known_as_such() -> None:
    """All that name a file, or what is in a model: several models would write or read it in turn."""
    for_all = {"models", "output", "cmsis_nn", "html_against"}
    files = {p.name for p in command.params if isinstance(p.type, click.Path)}
    within = {p.name for p in command.params if p in network.OPTIONS and p.name != "weights"}
    assert (files | within) - for_all - {"shrink"} <= FOR_ONE.keys()


def test_a_clash_of_c_names_is_one_line(cli: Cli, model: str) -> None:
    status, _, errors = cli(*BOTH[:4], "--name", "tiny_weights", "-o", "nets")
    assert (status, errors.count("\n")) == (2, 1)
    assert "tiny and tiny_weights cannot be in one library" in errors


def test_cortex_m_kernels_are_refused_for_esp_idf(cli: Cli, model: str) -> None:
    status, _, errors = cli(model, "--kernels", "cmsis-nn", "--export", "esp-idf")
    assert status == 2 and "which is for Cortex-M; compile with --kernels portable" in errors
    assert not Path("tiny").exists()


def test_exports_of_one_model(cli: Cli, model: str) -> None:
    kinds = [word for kind in ("cmake", "arduino", "zip") for word in ("--export", kind)]
    status, _, _ = cli(model, *kinds, "--about", "version=2.1.0", "--kernels", "portable")
    assert status == 0
    assert "project(tiny VERSION 2.1.0" in Path("tiny/CMakeLists.txt").read_text()
    assert {"src/tiny.c", "library.properties", "tiny.zip"} <= set(
        json.loads(Path("tiny/tiny.json").read_text())["files"]
    )
    assert cli(model, "--kernels", "portable")[0] == 0  # a plain library again: all of it is gone
    assert not Path("tiny/src").exists() and not Path("tiny/tiny.zip").exists()
