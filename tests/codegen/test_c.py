"""Names, comments and literals that any C compiler reads as meant."""

import ast
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tinycompile.codegen.c import (
    KEYWORDS,
    comment,
    identifier,
    identifiers,
    literal,
    math_header,
    real,
    table,
)

IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("image", "image"),
        ("Conv1/BiasAdd:0", "conv1_biasadd_0"),
        ("2nd", "t_2nd"),
        ("int", "t_int"),
        ("class", "t_class"),
        ("--", "t"),
        ("", "t"),
        ("größe", "gr_e"),
    ],
)
def test_identifiers_of_names(name: str, expected: str) -> None:
    assert identifier(name) == expected


@given(st.text())
@example("while")
@example("__")
@example("٣")  # a digit to Python, not to C
def test_any_text_becomes_an_identifier(name: str) -> None:
    word = identifier(name)
    assert IDENTIFIER.fullmatch(word)
    assert word not in KEYWORDS
    assert "__" not in word and not word.startswith("_")  # reserved in C and C++


@given(st.lists(st.text(alphabet="aA/;1 é_2", max_size=6), unique=True))
@example(["a", "A", "a_2", "b/a"])
def test_different_names_become_different_identifiers(names: list[str]) -> None:
    words = identifiers(names)
    assert list(words) == names
    assert len(set(words.values())) == len(names)


def test_an_identifier_keeps_what_tells_most() -> None:
    fused = "net/block_1/conv/Relu;net/block_1/conv/BiasAdd;net/block_1/conv/Conv2D"
    assert identifiers([fused]) == {fused: "conv_relu"}


@given(st.text())
@example("*/ int x; /*")
@example("**//")
@example("a\\\nb")
@example("??/\n")  # a backslash and a newline, where trigraphs are on
@example("//")
def test_any_text_stays_inside_its_comment(text: str) -> None:
    safe = comment(text)
    assert "*/" not in safe and "/*" not in safe
    assert len(safe.splitlines()) <= 1
    assert "\\" not in safe


def test_comments_of_awkward_names_compile(clang: str, tmp_path: Path) -> None:
    awkward = ["*/", "/*/", "a\\", "??/", "x\r\ny", "\x00", "\u2028", "*\\/"]
    lines = [f"/* {comment(name)} */" for name in awkward]
    source = tmp_path / "comments.c"
    source.write_text("\n".join([*lines, "extern int x;", ""]))
    for compiler in ("cc", clang):
        flags = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]
        subprocess.run([compiler, *flags, str(source)], check=True)


@given(st.integers(-(2**31), 2**31 - 1))
@example(-(2**31))
def test_an_integer_literal_is_the_integer(value: int) -> None:
    assert eval(compile(ast.parse(literal(value), mode="eval"), "", "eval")) == value


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
@example(1e30)
@example(-0.0)
@example(2.0**-149)
def test_a_float_literal_is_the_float_to_the_last_bit(value: float) -> None:
    text = real(value)
    assert text.endswith("f") and any(c in text for c in ".e")
    again = np.float32(float(text[:-1]))
    assert again.tobytes() == np.float32(value).tobytes()


@pytest.mark.parametrize(
    ("value", "text"), [(np.inf, "INFINITY"), (-np.inf, "-INFINITY"), (np.nan, "NAN")]
)
def test_what_is_no_number_is_called_as_in_math_h(value: float, text: str) -> None:
    assert real(value) == text
    assert math_header(f"{{{text}}}") == "#include <math.h>\n"
    assert not math_header("/* NANO */ {1.0f}")


def test_literals_mean_the_same_to_the_c_compiler(tmp_path: Path) -> None:
    """Extremes of each type, written as tables, read back by a program."""
    tables = {
        "int8": np.array([-128, 127, 0], np.int8),
        "int16": np.array([-32768, 32767], np.int16),
        "int32": np.array([-(2**31), 2**31 - 1, -1], np.int32),
        "int64": np.array([-(2**63), 2**63 - 1, 2**32], np.int64),
        "float32": np.array([1e-40, 3.4e38, -0.1, 7.0, np.inf, -np.inf], np.float32),
    }
    text = "".join(table(f"values_{name}", values) for name, values in tables.items())
    text = f"{math_header(text)}#include <stdint.h>\n#include <stdio.h>\n{text}"
    writes = "".join(f"fwrite(values_{n}, 1, sizeof values_{n}, stdout);" for n in tables)
    (tmp_path / "tables.c").write_text(f"{text}int main(void) {{ {writes} return 0; }}\n")
    flags = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Wconversion", "-Werror"]
    program = tmp_path / "tables"
    subprocess.run(["cc", *flags, str(tmp_path / "tables.c"), "-o", str(program)], check=True)
    read = subprocess.run([program], capture_output=True, check=True).stdout
    assert read == b"".join(values.tobytes() for values in tables.values())


def test_a_table_is_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    lines = table("weights", np.full(200, -128, np.int8)).splitlines()
    assert lines[0] == "static const int8_t weights[200] = {"
    assert lines[-1] == "};"
    assert max(map(len, lines)) <= 96
