"""What NAME.h has beyond its functions: sizes, shapes, conversions, labels, hooks, places."""

import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import require
from tests.small_model import small_model
from tinycompile.codegen import c
from tinycompile.codegen.names import accessors
from tinycompile.errors import InvalidInput
from tinycompile.pipeline import Compiled, compile
from tinycompile.program import Tensor
from tinycompile.quantization import QParams
from tinycompile.simulate.build import WARNINGS, find_tool

LABELS = ["yes", "no", 'say "what??/"', "caf\u00e9", "no"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Compiled, Path]:
    """A library with labels, and its folder."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "tiny.tflite").write_bytes(small_model())
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n", encoding="utf-8")
    labels = folder / "labels.txt"
    compiled = compile(folder / "tiny.tflite", target="host", kernels="portable", labels=labels)
    compiled.write(folder / "tiny")
    return compiled, folder / "tiny"


def ran(folder: Path, program: str, tmp_path: Path, *flags: str, compiler: str = "cc") -> list[str]:
    """The lines that `program` prints, built with the library in `folder`."""
    require(lambda: find_tool(compiler))
    main = tmp_path / ("main.cpp" if "++" in compiler else "main.c")
    main.write_text(program)
    objects = []
    for source in sorted(folder.glob("*.c")):
        objects.append(str(tmp_path / f"{source.stem}.o"))
        command = ["cc", *WARNINGS, *flags, "-c", str(source), "-o", objects[-1]]
        subprocess.run(command, check=True)
    standard = "-std=c++11" if "++" in compiler else "-std=c11"
    command = [compiler, standard, "-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{folder}"]
    built = tmp_path / "program"
    subprocess.run([*command, *flags, str(main), *objects, "-o", str(built)], check=True)
    return subprocess.run([built], capture_output=True, text=True, check=True).stdout.splitlines()


def test_sizes_are_constants_that_a_compiler_checks(
    library: tuple[Compiled, Path], tmp_path: Path
) -> None:
    program = """
#include <stdio.h>
#include <string.h>
#include "tiny.h"
static TC_ARENA int32_t arena[(TINY_ARENA_BYTES + 3) / 4];
_Static_assert(sizeof arena >= TINY_ARENA_BYTES && TINY_ARENA_ALIGNMENT <= sizeof arena[0], "arena");
_Static_assert(TINY_INPUTS == 1 && TINY_OUTPUTS == 1 && TINY_LAYERS == 3, "counts");
_Static_assert(TINY_INPUT_RANK == 4 && TINY_INPUT_COUNT == TINY_INPUT_BYTES, "input");
_Static_assert(TINY_INPUT_DIM1 * TINY_INPUT_DIM2 * TINY_INPUT_DIM3 == TINY_INPUT_COUNT, "shape");
#if TINY_MODEL_HASH == 0
#error "the preprocessor can compare it"
#endif
int main(void)
{
    const int32_t shape[TINY_INPUT_RANK] = TINY_INPUT_SHAPE;
    printf("%s %08x %s\\n", TINY_MODEL_SHA256, TINY_MODEL_HASH, TINY_TINYCOMPILE_VERSION);
    printf("%d %d\\n", shape[1], shape[3]);
    return (char *)tiny_input(arena) != (char *)arena + TINY_INPUT_OFFSET ||
           (const char *)tiny_output(arena) != (const char *)arena + TINY_OUTPUT_OFFSET;
}
"""
    digest = sha256(small_model()).hexdigest()
    lines = ran(library[1], program, tmp_path)
    assert lines == [f"{digest} {digest[:8]} 0.1.0", "6 2"]
    assert library[0].report["model_sha256"] == digest


def test_values_become_integers_as_tflite_rounds_and_back(
    library: tuple[Compiled, Path], tmp_path: Path
) -> None:
    """Halves, the floats around them, both ends, and what is no number."""
    scale, zero_point = np.float32(0.05), -3
    steps = np.arange(-130, 135, dtype=np.float32) + np.float32(0.5)
    near = np.concatenate(
        [steps, np.nextafter(steps, np.float32(-1e9)), np.nextafter(steps, np.float32(1e9))]
    )
    real = (near * scale).astype(np.float32)
    real = np.concatenate([real, np.float32([0, 1e30, -1e30, np.inf, -np.inf, np.nan])])
    values = ", ".join(c.real(float(value)) for value in real)
    program = f"""
#include <math.h>
#include <stdio.h>
#include "tiny.h"
static const float values[] = {{{values}}};
int main(void)
{{
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {{
        printf("%d\\n", tiny_input_quantize(values[i]));
    }}
    for (int q = -128; q < 128; q++) {{
        printf("%a\\n", (double)tiny_output_dequantize((int8_t)q));
    }}
    return 0;
}}
"""
    lines = ran(library[1], program, tmp_path, "-fsanitize=undefined", "-fno-sanitize-recover=all")
    with np.errstate(all="ignore"):
        quotient = real / scale
        half_or_more = np.abs(quotient - np.trunc(quotient)) >= 0.5
    rounded = np.trunc(quotient) + half_or_more * np.sign(quotient)
    rounded = np.where(np.isinf(quotient), quotient, np.where(np.isnan(quotient), -1e9, rounded))
    expected = np.clip(rounded + zero_point, -128, 127).astype(int)
    assert [int(line) for line in lines[: len(real)]] == expected.tolist()
    back = np.float32(0.2) * (np.arange(-128, 128) - 4).astype(np.float32)
    assert [float.fromhex(line) for line in lines[len(real) :]] == back.tolist()
    assert len(set(expected)) == 256


def test_an_input_is_not_called_as_what_converts_another(tmp_path: Path) -> None:
    x, y, z = (Tensor(n, (2,), "int8", n, QParams(0.5, 0)) for n in ("x", "x_quantize", "z"))
    identifiers = {t.name: t.name for t in (x, y, z)}
    assert accessors("net_input", [x, y, z], identifiers) == [
        "net_input_x",
        "net_input_x_quantize_1",
        "net_input_z",
    ]


HOOKED = """
#include <stdio.h>
#include "tiny.h"
static TC_ARENA int32_t arena[(TINY_ARENA_BYTES + 3) / 4];
void watch(int32_t layer)
{
    printf("%d %s\\n", layer, tiny_layer_names[layer]);
}
int main(void)
{
    tiny_run(arena);
    return 0;
}
"""


def test_a_hook_is_called_after_every_layer(library: tuple[Compiled, Path], tmp_path: Path) -> None:
    lines = ran(library[1], HOOKED, tmp_path, "-DTINY_HOOK=watch")
    titles = [layer["title"] for layer in library[0].report["layers"]]
    assert lines == [f"{i} {title}" for i, title in enumerate(titles)]


def test_without_a_hook_a_library_is_as_small_as_ever(
    library: tuple[Compiled, Path], tmp_path: Path
) -> None:
    text = library[0].files["tiny.c"]
    assert text.count("AFTER_LAYER(") == 3 + 2  # and its definitions
    bare = tmp_path / "bare.c"
    lines = [line for line in text.splitlines() if "AFTER_LAYER(" not in line or "define" in line]
    bare.write_text("\n".join(lines) + "\n")
    code = [
        subprocess.run(
            ["cc", "-std=c99", "-O2", f"-I{library[1]}", "-S", "-o", "-", str(source)],
            capture_output=True, text=True, check=True,
        ).stdout.replace("bare.c", "tiny.c")
        for source in (library[1] / "tiny.c", bare)
    ]  # fmt: skip
    assert code[0] == code[1]


def test_labels_are_an_enumeration_and_words(
    library: tuple[Compiled, Path], tmp_path: Path
) -> None:
    program = """
#include <stdio.h>
#include "tiny.h"
int main(void)
{
    const enum tiny_label all[TINY_LABELS] = {TINY_LABEL_YES, TINY_LABEL_NO, TINY_LABEL_SAY_WHAT,
                                              TINY_LABEL_CAF, TINY_LABEL_NO_2};
    for (int32_t i = 0; i < TINY_LABELS; i++) {
        printf("%d %s\\n", (int)all[i], tiny_label_name(i));
    }
    return 0;
}
"""
    lines = ran(library[1], program, tmp_path, "-Wno-trigraphs")
    assert lines == [f"{i} {label}" for i, label in enumerate(LABELS)]
    assert library[0].report["labels"] == LABELS


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_the_class_does_what_the_functions_do(
    compiler: str, library: tuple[Compiled, Path], tmp_path: Path
) -> None:
    program = """
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>
#include "tiny.hpp"
static tinycompile::tiny::Model model;
static_assert(alignof(tinycompile::tiny::Model) == tinycompile::tiny::arena_alignment, "arena");
static_assert(sizeof model.input() == TINY_INPUT_BYTES, "a reference to an array");
int main()
{
    alignas(TINY_ARENA_ALIGNMENT) static unsigned char arena[TINY_ARENA_BYTES];
    int n = 0;
    for (auto &value : model.input()) {
        value = tiny_input(arena)[n] = static_cast<std::int8_t>(n * 37 % 256 - 128);
        n++;
    }
    model.run();
    tiny_run(arena);
    const auto &scores = model.output();
    const bool same = std::equal(std::begin(scores), std::end(scores), tiny_output(arena));
    using tinycompile::tiny::Label;
    std::printf("%d %s %d\\n", same, name(Label::SayWhat), static_cast<int>(Label::No_2));
    return 0;
}
"""
    lines = ran(library[1], program, tmp_path, compiler=compiler)
    assert lines == [f"1 {LABELS[2]} 4"]


def test_code_constants_and_arena_lie_where_the_firmware_says(
    arm_gcc: str, library: tuple[Compiled, Path], tmp_path: Path
) -> None:
    places = {"TC_CODE": ".itcm", "TC_WEIGHTS": ".qspi", "TC_ARENA": ".dtcm"}
    flags = [f'-D{macro}=__attribute__((section("{place}")))' for macro, place in places.items()]
    found: dict[str, set[str]] = {}
    folder = library[1]
    for source in [*folder.glob("*.c"), folder / "examples" / "main.c"]:
        unit = tmp_path / "unit.o"
        command = [arm_gcc, *WARNINGS, "-O2", "-mcpu=cortex-m7", "-mthumb", *flags, f"-I{folder}"]
        subprocess.run([*command, "-c", str(source), "-o", str(unit)], check=True)
        listing = ["arm-none-eabi-size", "-A", str(unit)]
        lines = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
        found[source.name] = {
            line.split()[0]
            for line in lines.splitlines()
            if line.startswith(".") and line.split()[1] != "0"
        }
    others = {".comment", ".ARM.attributes", ".ARM.exidx"}
    assert found["tc_conv2d_s8.c"] - others == {".itcm"}
    assert found["tiny_weights.c"] - others == {".qspi"}
    assert ".dtcm" in found["main.c"]


def test_labels_come_with_a_tflite_model_too(tmp_path: Path) -> None:
    """Metadata is a zip archive behind the model; texts that name something else are not taken."""
    path = tmp_path / "tiny.tflite"
    path.write_bytes(small_model())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("vocabulary.txt", "a\nb\n")
        archive.writestr("labels.txt", "0\n1\n2\n3\n4\n")
    compiled = compile(path, target="host", kernels="portable")
    assert compiled.program.labels == ("0", "1", "2", "3", "4")
    assert "TINY_LABEL_T_0 = 0, /**< 0 */" in compiled.files["tiny.h"]
    assert "T_0 = 0, /**< 0 */" in compiled.files["tiny.hpp"]


def test_labels_that_are_no_classes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.tflite").write_bytes(small_model())
    labels = tmp_path / "labels.txt"
    cases = {
        b"a\nb\nc\n": r'labels.txt: 3 labels, but the classes are others: "scores" 5$',
        b"\n\n": "labels.txt: no labels; write one a line",
        b"\xff\xfe\n": "labels.txt: the labels are no text in UTF-8",
    }
    for text, words in cases.items():
        labels.write_bytes(text)
        with pytest.raises(InvalidInput, match=words):
            compile(tmp_path / "tiny.tflite", target="host", kernels="portable", labels=labels)
    with pytest.raises(InvalidInput, match="none.txt: cannot read the labels: No such file"):
        compile(tmp_path / "tiny.tflite", target="host", labels=tmp_path / "none.txt")
