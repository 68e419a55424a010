"""The report on quantisation in plain words; decibels only for those who ask."""

from typing import Any

import pytest
from rich.console import Console

from tinycompile.quantize import words

ROW = {
    "source": 'Gemm "fc"', "dtype": "int8", "snr_db": 40.0, "sensitivity_db": 30.0, "low": 0.0, "high": 1.0,
    "range": "min-max", "saturated": 0.0,
}  # fmt: skip


def report(layers: int = 3, floats: int = 0, **more: Any) -> dict[str, Any]:
    found = {
        "samples": 450, "noise": False, "float_constant_bytes": 46080, "outputs": {"y": 26.0},
        "tensors": [ROW], "steps": ["min-max ranges: 24.7 dB at the last layers, taken"],
        "more_precise": [],
    }  # fmt: skip
    return {
        "quantization": found | more,
        "flash": {"constant_bytes": 12500},
        "layers": [{"in_float": i < floats} for i in range(layers)],
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"top1": {"float": 98.22, "int8": 98.1}}, "top-1 98.2 -> 98.1 % of 450 samples"),
        (
            {"top1": {"float": 98.22, "int8": 98.1, "compiled_c": 98.0}},
            "top-1 98.2 -> 98.0 % of 450 samples",
        ),
        ({"same_class": {"int8": 449}}, "the class of float for 449 of 450 samples"),
        (
            {"same_class": {"int8": 449, "compiled_c": 448}},
            "the class of float for 448 of 450 samples",
        ),
        ({}, "outputs 5 % off (root mean square) of 450 samples"),
        ({"noise": True}, "accuracy unknown (the samples were noise)"),
    ],
)
def test_the_first_line_is_what_was_gained_and_lost(more: dict[str, Any], said: str) -> None:
    assert words.headline(report(**more)) == f"int8: {said}, constants 45 -> 12 KiB."


def test_the_first_line_counts_what_is_no_int8() -> None:
    wide = report(9, 2, tensors=[ROW, ROW | {"dtype": "int16"}])
    said = words.headline(wide)
    assert said.endswith("KiB, 2 of 9 layers stayed float, 1 of 2 tensors are int16.")


def test_what_loses_most_is_named_with_its_share() -> None:
    tensors = [
        ROW | {"source": name, "sensitivity_db": alone}
        for name, alone in (("a", 30.0), ("b", 33.0), ("c", 50.0))
    ]
    (line,) = words.lines(report(tensors=tensors)["quantization"])
    assert (
        line == "Outputs are 5 % off (root mean square). Most of that comes from a (66%), b (33%)."
    )


def test_what_keeps_max_drop_is_named() -> None:
    choices = [
        {"kind": kind, "source": name}
        for kind, names in (("wide", "abcd"), ("floats", "e"))
        for name in names
    ]
    said = words.lines(report(more_precise=choices)["quantization"])
    assert said[1:] == [
        "To keep --max-drop, int16: a, b, c and 1 more.",
        "To keep --max-drop, float: e.",
    ]


@pytest.mark.parametrize("verbose", [False, True])
def test_decibels_are_for_those_who_ask(verbose: bool) -> None:
    console = Console(width=120)
    with console.capture() as capture:
        console.print(words.told(report(), verbose=verbose))
    assert (" dB" in capture.get()) is verbose
    assert capture.get().startswith("int8: ")
