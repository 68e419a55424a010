"""What the report tells people."""

from rich.console import Console

from tinycompile.report import tables


def test_an_explanation_has_the_reason_and_the_refusals() -> None:
    item = {
        "title": "SOFTMAX", "kernel": "tc_softmax_s8", "family": "portable",
        "why": "no other kernel applies", "refused": ["tc_a_s8 does not apply: A rule (found)"],
    }  # fmt: skip
    console = Console(width=120)
    with console.capture() as capture:
        console.print(tables.explanation({"name": "net", "layers": [item]}))
    shown = capture.get()
    assert "no other kernel applies" in shown and "tc_a_s8 does not apply: A rule (found)" in shown
