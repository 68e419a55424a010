"""ONNX's own operator tests pass, or are refused as noted: one of each operator, and all as a sweep.

`python -m tests.onnx_backend` runs them with a summary, and notes what is refused.
"""

import pytest

from tests.onnx_backend import page
from tests.onnx_backend.cases import Case, in_scope
from tests.onnx_backend.run import OK, REFUSED, run


def smallest_of_each_operator() -> list[str]:
    chosen: dict[str, Case] = {}
    for case in in_scope()[0]:
        known = chosen.get(case.operator)
        if known is None or len(case.model.graph.node) < len(known.model.graph.node):
            chosen[case.operator] = case
    return [case.name for case in chosen.values()]


def names() -> list[object]:
    sample = smallest_of_each_operator()
    rest = [case.name for case in in_scope()[0] if case.name not in sample]
    return [*sample, *(pytest.param(name, marks=pytest.mark.sweep) for name in rest)]


@pytest.mark.parametrize("name", names())
def test_a_case_passes_or_is_refused_in_a_line(name: str) -> None:
    (case,) = (case for case in in_scope()[0] if case.name == name)
    result = run(case)
    wanted = REFUSED if name in page.noted() else OK
    assert result.status == wanted, f"{result.status}: {result.stage}: {result.words}"


def test_the_page_tells_what_is_noted() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.text(page.noted())


def test_88_of_100_pass() -> None:
    """And of those that are imported 97, which `python -m tests.onnx_backend` counts."""
    assert len(page.noted()) <= 0.12 * len(in_scope()[0])
