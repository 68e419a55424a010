"""The form of generated C."""

import re
from pathlib import Path

import numpy as np
import pytest
from tvm.relax import op

from tests.tir.runtime import build, constant, function
from tests.tir.window_cases import CASES
from tinycompile.tir import generate
from tinycompile.tir.wrap import WIDTH, wrapped


def text_of(name: str) -> str:
    case = CASES[name]
    return generate(function(case.body, *case.types)).text


@pytest.mark.parametrize("name", CASES)
def test_lines_are_of_bearable_length(name: str) -> None:
    assert all(len(line) <= WIDTH + 10 for line in text_of(name).splitlines())


def test_a_broken_line_says_the_same() -> None:
    line = "    output[i * 16 + c] = " + " + ".join(f"value{i} * scale{i}" for i in range(12)) + ";"
    lines = wrapped(line)
    assert len(lines) > 1 and all(len(part) <= WIDTH for part in lines)
    assert re.sub(r"\s+", " ", " ".join(lines)) == re.sub(r"\s+", " ", line)


def test_integers_of_64_bits_are_only_where_a_tensor_has_them() -> None:
    """Indices and shapes are int64 to TVM."""
    for name, case in CASES.items():
        tensors = " ".join(dtype for _, dtype in case.types)
        made = generate(function(case.body, *case.types))
        tensors += " ".join(output.dtype for output in made.outputs)
        assert "int64" in tensors or "int64" not in made.text, name


def test_a_sum_of_quantised_values_is_one_of_integers() -> None:
    assert "int32_t sum = 0;" in text_of("int8_matmul")


def test_what_8_bits_decide_is_a_table() -> None:
    case = CASES["int8_swish"]
    made = generate(function(case.body, *case.types))
    assert made.constants["table"].size == 256 and not made.needs_math


def test_weights_of_half_precision_stay_so_in_flash(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    exact = random.normal(size=(16, 8)).astype(np.float16)
    exact[0, :4] = [0, -0.0, 6e-8, 65504]  # also what is not normal, and the largest
    weights, rounded = exact.astype(np.float32), random.normal(size=16).astype(np.float32)

    def body(builder, x):  # type: ignore[no-untyped-def]
        scaled = builder.emit(op.multiply(x, constant(rounded)))
        return op.matmul(scaled, constant(weights))

    library = build({"tc_half": function(body, ((3, 16), "float32"))}, tmp_path, half=True)
    dtypes = {str(t.dtype) for t in library.generated["tc_half"].constants.values()}
    assert dtypes == {"uint16", "float32"}
    x = random.normal(size=(3, 16)).astype(np.float32)
    np.testing.assert_allclose(library("tc_half", [x])[0], (x * rounded) @ weights, rtol=1e-5)


def test_groups_of_channels_are_walked_and_not_divided() -> None:
    text = text_of("group_norm")
    assert " % " not in text and "scratch" not in text and "[2]" not in text


def test_padding_costs_no_question_in_the_loop() -> None:
    text = text_of("conv2d")
    assert "?" not in text[text.index("for (int32_t kh") : text.index("output[")]


def test_what_is_large_between_stages_is_scratch_and_shared() -> None:
    """Two sorted copies, one after the other: of the first nothing is left when the second is made."""

    def body(builder, x):  # type: ignore[no-untyped-def]
        for axis in (0, 1, 0):
            x = builder.emit(op.sort(x, axis=axis))
        return x

    made = generate(function(body, ((16, 16), "float32")))
    assert made.scratch == 2 * 16 * 16 * 4  # of three, one is the output
    assert "scratch" in made.text
