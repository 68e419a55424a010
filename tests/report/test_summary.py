"""NAME.json: enough to draw a compilation, and of one piece."""

import json
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cli.program import DIGITS
from tests.small_model import small_model
from tinycompile import pipeline
from tinycompile.choice import Choice
from tinycompile.families import AUTO
from tinycompile.kernel import Refusal
from tinycompile.pipeline import Compiled
from tinycompile.report.summary import why
from tinycompile.target import Isa


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    path = tmp_path_factory.mktemp("small") / "tiny.tflite"
    path.write_bytes(small_model())
    return pipeline.compile(path, kernels="portable")


@pytest.fixture(scope="module")
def digits() -> Compiled:
    return pipeline.compile(DIGITS)


@pytest.fixture(params=["small", "digits"])
def compiled(request: pytest.FixtureRequest) -> Compiled:
    found: Compiled = request.getfixturevalue(request.param)
    return found


def data(compiled: Compiled) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(compiled.files[compiled.marker])
    return found


def layer(compiled: Compiled, name: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = (item for item in data(compiled)["layers"] if f'"{name}"' in item["source"])
    return found


def test_flash_is_the_sum_of_its_parts(compiled: Compiled) -> None:
    report = data(compiled)
    flash = report["flash"]
    assert sum(item["flash_bytes"] for item in report["layers"]) == flash["constant_bytes"]
    kernels = sum(kernel["code_bytes"] for kernel in report["kernels"])
    assert kernels + flash["library_bytes"] + flash["call_bytes"] == flash["code_bytes"]
    assert flash["constant_bytes"] + flash["code_bytes"] == flash["total_bytes"]


def test_every_key_is_on_the_page_about_them(compiled: Compiled) -> None:
    report = data(compiled)
    rows = [*report["layers"], *report["kernels"], *report["memory"]["tensors"], *report["inputs"]]
    rows += [report, report["ram"], report["flash"], *report["memory"]["scratch"]]
    keys = {key for row in rows for key in row} - {"memory"}
    keys |= {f"memory.{key}" for key in report["memory"]}
    text = (Path(__file__).parents[2] / "docs" / "report.md").read_text()
    assert sorted(key for key in keys if f"`{key}`" not in text) == []


def test_every_layers_kernel_and_tensors_are_there(compiled: Compiled) -> None:
    report = data(compiled)
    kernels = {kernel["symbol"]: kernel["layers"] for kernel in report["kernels"]}
    used = [item["kernel"] for item in report["layers"]]
    assert kernels == {symbol: used.count(symbol) for symbol in used}
    tensors = {t["name"] for t in report["memory"]["tensors"]}
    for item in report["layers"]:
        assert {*item["inputs"], *item["outputs"]} <= tensors


def test_what_lives_at_once_lies_apart_or_is_written_over_as_it_dies(compiled: Compiled) -> None:
    report = data(compiled)
    alive = [
        (t["storage"], t["offset"], t["offset"] + t["bytes"], t["first"], t["last"])
        for t in report["memory"]["tensors"]
    ]
    alive += [
        (s["layer"], s["offset"], s["offset"] + s["bytes"], s["layer"], s["layer"])
        for s in report["memory"]["scratch"]
    ]
    assert max(end for _, _, end, _, _ in alive) <= report["ram"]["arena_bytes"]
    assert {t["role"] for t in report["memory"]["tensors"]} == {"input", "tensor", "output"}
    for one, start, end, first, last in alive:
        for other, start2, end2, first2, last2 in alive:
            meet = first < last2 and first2 < last  # longer than the layer that writes over it
            assert one == other or not meet or end <= start2 or end2 <= start, (one, other)


def test_inputs_live_from_before_the_run_and_outputs_after_it(small: Compiled) -> None:
    by_role = {t["role"]: t for t in data(small)["memory"]["tensors"]}
    assert (by_role["input"]["first"], by_role["output"]["last"]) == (-1, 3)


@pytest.mark.parametrize(
    ("costs", "taken", "why"),
    [
        ([9.0, 5.0], 1, "estimated 5 cycles, tc_dsp 9 cycles"),
        ([1e6, inf], 0, "estimated 1,000,000 cycles, tc_portable slower"),
        ([None, 5.0], 0, "not all that apply were measured: the first of their families"),
        ([3.0], 0, "no other kernel applies"),
    ],
)
def test_a_reason_is_the_estimate_that_won(
    costs: list[float | None], taken: int, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Any] = [
        SimpleNamespace(kernel=SimpleNamespace(symbol=f"tc_{family}", family=family), cost=cost)
        for family, cost in zip(("dsp", "portable"), costs, strict=False)
    ]
    monkeypatch.setattr("tinycompile.choice.estimate", lambda candidate, isa: candidate.cost)
    choice = Choice(AUTO, Isa.DSP)
    assert choice.best("y", found) is found[taken]
    assert choice.reasons == {"y": (found[taken].kernel.symbol, why)}


def test_a_reason_is_the_users_word() -> None:
    compiled = pipeline.compile(DIGITS, kernels="portable", asked={"conv": "tc_conv2d_s8"})
    assert layer(compiled, "conv")["why"] == "asked for by --kernel"
    assert layer(compiled, "pointwise")["why"] == "--kernels portable"


def test_kernels_of_other_types_are_no_part_of_an_explanation() -> None:
    kernel = SimpleNamespace(symbol="tc_softmax_s8", family="portable")
    item: Any = SimpleNamespace(kernel=kernel, outputs=[SimpleNamespace(name="y")])
    symbols = ["tc_a_s8", "tc_b_s4", "tc_c_s16", "tc_d_f32", "tc_e_s8_s16", "tc_f"]
    refusals = {"y": [Refusal(symbol, "A rule", "found") for symbol in symbols]}
    words = why(item, refusals, {})["refused"]
    assert [line.split()[0] for line in words] == ["tc_a_s8", "tc_b_s4", "tc_f"]
