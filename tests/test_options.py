"""What a compilation can be asked for, from Python and by the command line."""

from dataclasses import fields
from pathlib import Path

import pytest

import tinycompile
from tests.small_model import small_model
from tinycompile import pipeline
from tinycompile.__main__ import command
from tinycompile.options import Options, TargetOptions

ONLY_PYTHON = {"preprocessing", "progress", "name"}  # made of --image-... and of one --name a model


def test_keywords_and_options_are_the_same(tmp_path: Path) -> None:
    model = tmp_path / "tiny.tflite"
    model.write_bytes(small_model())
    stages: list[str] = []
    asked = {"target": "host", "name": "net", "ram": 4096, "kernels": "portable"}
    by_keywords = tinycompile.compile(model, **asked, progress=stages.append)  # type: ignore[arg-type]
    by_options = pipeline.compile_with(model, Options(**asked))  # type: ignore[arg-type]
    assert by_keywords.files == by_options.files
    assert stages[0] == "importing"


def test_a_keyword_that_there_is_not_is_a_bug_of_the_callers() -> None:
    with pytest.raises(TypeError, match="'rom'"):
        tinycompile.compile("tiny.tflite", rom=4096)  # type: ignore[call-arg]


def test_every_option_of_the_compiler_is_one_of_the_command_lines() -> None:
    by_words = {str(parameter.name) for parameter in command.params}
    assert {field.name for field in fields(Options)} - ONLY_PYTHON <= by_words


def test_a_group_is_part_of_the_whole() -> None:
    options = Options(target="host")
    assert isinstance(options, TargetOptions)
    assert options.chip().is_host
