"""The tables of operators that are converted by us: all are collected, each stands once and has a test."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import onnx
import pytest
import tflite

import tinycompile.frontend.onnx.operators
import tinycompile.frontend.tflite.operators

TESTS = Path(__file__).parents[1]
FRONTENDS = TESTS.parent / "tinycompile" / "frontend"
OURS: dict[str, dict[str, Any]] = {
    "onnx": tinycompile.frontend.onnx.operators.OURS,
    "tflite": dict(tinycompile.frontend.tflite.operators.OURS.quantized),
}


def families(frontend: str) -> list[ModuleType]:
    names = [path.stem for path in sorted((FRONTENDS / frontend).glob("[!_]*.py"))]
    modules = [import_module(f"tinycompile.frontend.{frontend}.{name}") for name in names]
    return [module for module in modules if hasattr(module, "CONVERTERS")]


@pytest.mark.parametrize("frontend", OURS)
def test_every_family_is_collected_and_no_operator_is_in_two(frontend: str) -> None:
    names = [name for family in families(frontend) for name in family.CONVERTERS]
    assert len(names) > 30
    assert sorted(names) == sorted(OURS[frontend])


def test_every_name_is_an_operator_of_its_format() -> None:
    assert [name for name in OURS["onnx"] if not onnx.defs.has(name)] == []
    assert [name for name in OURS["tflite"] if not hasattr(tflite.BuiltinOperator, name)] == []


@pytest.mark.parametrize("frontend", OURS)
def test_every_operator_is_named_by_a_test(frontend: str) -> None:
    folders = [TESTS / "frontend" / frontend, TESTS / "operators"]
    texts = [path.read_text() for folder in folders for path in folder.rglob("test_*.py")]
    text = "\n".join(texts)
    assert [name for name in OURS[frontend] if f'"{name}"' not in text] == []
