"""What the report tells people."""

from rich.console import Console

from tinycompile.kernel import Refusal
from tinycompile.report import tables


def test_kernels_of_other_types_are_no_part_of_an_explanation() -> None:
    layers = [
        {"title": "SOFTMAX", "kernel": "tc_softmax_s8", "family": "portable", "outputs": ["y"]}
    ]
    symbols = ["tc_a_s8", "tc_b_s4", "tc_c_s16", "tc_d_f32", "tc_e_s8_s16", "tc_f"]
    refusals = {"y": [Refusal(symbol, "A rule", "found") for symbol in symbols]}
    console = Console(width=120)
    with console.capture() as capture:
        console.print(tables.explanation({"name": "net", "layers": layers}, refusals))
    shown = [symbol for symbol in symbols if f"{symbol} does not apply" in capture.get()]
    assert shown == ["tc_a_s8", "tc_b_s4", "tc_f"]
