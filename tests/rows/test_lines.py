"""Networks whose input comes line by line: the same results, and never the whole input in RAM."""

import subprocess
from pathlib import Path

import pytest

from tests.models.test_mlperf_tiny import path_of
from tests.rows.networks import network
from tests.small_model import small_model
from tests.tflite_model import Model
from tinycompile.codegen.folder import fill
from tinycompile.errors import InvalidOption, OverBudget
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate import verify

# Arena bytes of the least, what is kept from line to line included: what is promised.
LEAST = {"kws": 3_600, "vww": 10_300, "ic01": 10_200}


def by_lines(path: Path, **options: object) -> Compiled:
    given = {"kernels": "portable", "ram": "min", **options}
    return compile(path, stream_input=True, **given)  # type: ignore[arg-type]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(small_model())
    return path


@pytest.mark.parametrize("name", LEAST)
def test_mlperf_tiny_takes_lines_in_little_ram(name: str) -> None:
    found = by_lines(path_of(name), name=name)
    assert found.memory.arena_bytes <= LEAST[name]
    done = verify.verify(found, verify.random_inputs(found, runs=2))
    assert done.tensors == done.total


@pytest.mark.parametrize("seed", [9, 12, 46])
def test_random_networks_equal_the_oracle(seed: int, tmp_path: Path) -> None:
    data, feeds = network(seed)
    path = tmp_path / "random.tflite"
    path.write_bytes(data)
    try:
        found = by_lines(path)
    except InvalidOption as error:
        pytest.skip(str(error))
    verify.verify(found, feeds[:2])


def test_lines_run_on_the_target_as_on_the_host(small: Path) -> None:
    found = by_lines(small)
    assert "as on the host" in verify.run_on_target(found, verify.random_inputs(found, runs=3))


def test_the_library_has_functions_for_lines_instead_of_a_run(small: Path, tmp_path: Path) -> None:
    found = by_lines(small)
    header = found.files["tiny.h"]
    assert "#define TINY_INPUT_LINES 6 " in header
    assert "#define TINY_INPUT_LINE_BYTES 12 " in header
    assert "int8_t *tiny_line_buffer(void *arena);" in header
    assert "tiny_run" not in "".join(found.files.values())
    assert "tiny_input(" not in header
    folder = tmp_path / "library"
    fill(folder, found.files)
    sources = [name for name in found.files if name.endswith(".c")]
    build = [
        "cc",
        "-std=c99",
        "-Wall",
        "-Werror",
        f"-I{folder}",
        *(folder / name for name in sources),
    ]
    subprocess.run([*build, "-o", tmp_path / "example"], check=True)
    subprocess.run([tmp_path / "example"], check=False, timeout=20)
    program = tmp_path / "lines.cpp"
    program.write_text(
        '#include "tiny.hpp"\nint main() {\n    static tinycompile::tiny::Model model;\n    model.begin();\n'
        "    while (std::int8_t *line = model.line_buffer()) { line[0] = 1; model.line(); }\n"
        "    return model.output()[0] == 0 && model.line_buffer() != nullptr;\n}\n"
    )
    subprocess.run(
        ["c++", "-std=c++11", "-Wall", "-Werror", "-fsyntax-only", f"-I{folder}", program],
        check=True,
    )


def test_a_network_of_two_inputs_is_refused(tmp_path: Path) -> None:
    model = Model()
    x, y, z = (model.tensor(name, (1, 4, 4, 2), scale=0.1) for name in "xyz")
    model.operator("ADD", [x, y], [z], "AddOptions")
    path = tmp_path / "add.tflite"
    path.write_bytes(model.build([x, y], [z]))
    with pytest.raises(InvalidOption, match="--stream-input: the model has 2 inputs"):
        by_lines(path)


def test_a_layer_that_needs_the_whole_input_is_named() -> None:
    with pytest.raises(InvalidOption, match='--stream-input: FULLY_CONNECTED ".*" needs the whole'):
        by_lines(path_of("ad01"))


def test_what_does_not_fit_is_told_how_little_lines_would_take() -> None:
    expected = (
        r"the least is 27,7\d\d bytes while the input is in RAM, 10,2\d\d with --stream-input"
    )
    with pytest.raises(OverBudget, match=expected):
        compile(path_of("vww"), kernels="portable", ram=20_000)
    with pytest.raises(OverBudget, match=r"the least is 10,2\d\d bytes; "):
        by_lines(path_of("vww"), ram=9_000)
