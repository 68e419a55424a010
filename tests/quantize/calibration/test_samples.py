"""Calibration data in every form, and what is wrong with it, in one line."""

import importlib
import io
import os
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinycompile.errors import InvalidCalibration, InvalidOption
from tinycompile.quantize.calibration.images import Preprocessing
from tinycompile.quantize.calibration.samples import load

SHAPES = {"x": (1, 2, 4, 4)}
GOOD = np.random.default_rng(0).normal(size=(20, 2, 4, 4)).astype(np.float32)


def samples() -> tuple[Any, Any]:
    return GOOD, np.arange(20) % 3


@pytest.mark.parametrize("shape", [(20, 2, 4, 4), (20, 1, 2, 4, 4)])
def test_samples_lie_along_the_first_axis(shape: tuple[int, ...]) -> None:
    found = load(GOOD.reshape(shape), SHAPES)
    assert found.feeds["x"].shape == (20, 1, 2, 4, 4) and not found.notes


def test_files_callables_and_arrays_by_name(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", GOOD)
    np.savez(tmp_path / "b.npz", images=GOOD, labels=np.arange(20) % 3)
    here = f"{__name__}:samples"
    for given in (tmp_path / "a.npy", tmp_path / "b.npz", samples, here, {"x": GOOD}):
        found = load(given, SHAPES)
        np.testing.assert_array_equal(found.feeds["x"][:, 0], GOOD)
    assert load(tmp_path / "b.npz", SHAPES).labels is not None


def test_a_folder_of_images_by_class(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    for name, value in (("cat", 0), ("dog", 255)):
        (tmp_path / name).mkdir()
        for i in range(10):
            image.new("RGB", (9, 7), (value, value, 51)).save(tmp_path / name / f"{i}.png")
    made = Preprocessing(low=-1.0, high=1.0)
    found = load(tmp_path, {"x": (1, 3, 4, 4)}, made)  # NCHW
    assert found.labels is not None and found.labels.tolist() == [0] * 10 + [1] * 10
    np.testing.assert_allclose(found.feeds["x"][0, 0, :, 0, 0], [-1, -1, -0.6], atol=1e-6)
    grey = load(tmp_path, {"x": (1, 4, 4, 1)}, Preprocessing(mean=(0.5,), std=(0.5,)))
    assert grey.feeds["x"].shape == (20, 1, 4, 4, 1)


def test_a_folder_of_arrays(tmp_path: Path) -> None:
    for i, sample in enumerate(GOOD):
        np.save(tmp_path / f"{i:02}.npy", sample)
    np.testing.assert_array_equal(load(tmp_path, SHAPES).feeds["x"][:, 0], GOOD)


def broken(value: float) -> Any:
    array = GOOD.copy()
    array[7, 0, 0, 0] = value
    return array


BAD: dict[str, tuple[Any, str]] = {
    "shape": (GOOD[:, :1], r"has shape \(20, 1, 4, 4\); the model takes \(1, 2, 4, 4\)"),
    "empty": (GOOD[:0], r"has shape \(0, "),
    "type": (GOOD.astype(str), "allowed are numbers"),
    "rows": ({"x": [[1, 2], [3]]}, "input 'x' is no array"),
    "row": (lambda: ([[1, 2], [3]], [[1], [1, 2]]), "labels is no array"),
    "range": (GOOD.astype(np.float64) + 1e300, "NaN or infinity in sample 0"),
    "nan": (broken(np.nan), "NaN or infinity in sample 7"),
    "infinity": (broken(np.inf), "NaN or infinity in sample 7"),
    "name": ({"z": GOOD, "w": GOOD}, "no array for input 'x' .it has 'z', 'w'"),
    "labels": ({"x": GOOD, "labels": np.arange(19)}, "samples differ: 20 of 'x', 19 of 'labels'"),
    "label type": ({"x": GOOD, "labels": np.ones(20)}, "labels are float64"),
    "callable": (lambda: 3, "it returned int"),
    "module": ("no_such_module:f", "cannot import it"),
    "file": ("missing.npy", "not a readable"),
    "nothing": ("missing", "no calibration data .allowed"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_fit_is_an_error_of_one_line(case: str) -> None:
    given, message = BAD[case]
    with pytest.raises(InvalidCalibration, match=message) as found:
        load(given, SHAPES)
    assert "\n" not in str(found.value)


def test_few_samples_constants_and_noise_are_noted() -> None:
    assert "only 3 calibration samples" in load(GOOD[:3], SHAPES).notes[0]
    assert "is 1 in all samples" in load(np.ones_like(GOOD), SHAPES).notes[0]
    assert "accuracy is UNKNOWN" in load("random", SHAPES).notes[0]


@pytest.mark.parametrize("mean", [(1.0, 2.0, 3.0), (1.0, 2.0)])
@pytest.mark.parametrize("which", ["mean", "std"])
def test_numbers_a_channel_are_as_many_as_channels(
    mean: tuple[float, ...], which: str, tmp_path: Path
) -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("L", (4, 4)).save(tmp_path / "a.png")
    with pytest.raises(InvalidOption, match=f"--image-{which} has . numbers; .* have 1 channels"):
        load(tmp_path, {"x": (1, 1, 4, 4)}, Preprocessing(**{which: mean}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("syntax error here", "cannot import it: SyntaxError: invalid syntax .*, line 1"),
        (
            "raise RuntimeError('boom')",
            "cannot import it: RuntimeError: boom .*odd_calibration.py, line 1",
        ),
        ("f = 3", "it is int, not a function"),
        ("def f():\n    return {}['no\\nkey']", "it raised KeyError: .*odd_calibration.py, line 2"),
        ("def f():\n    return None", "it returned NoneType"),
        ("def f():\n    raise SystemExit(7)", "it raised SystemExit: 7"),
        ("g = 1", "cannot import it: AttributeError"),
    ],
)
def test_a_module_that_goes_wrong_is_told_in_one_line(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "odd_calibration", raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    Path("odd_calibration.py").write_text(text)
    importlib.invalidate_caches()
    with pytest.raises(InvalidCalibration, match=said) as found:
        load("odd_calibration:f", SHAPES)
    assert "\n" not in str(found.value)


def archive(**texts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as zipped:
        for name, data in texts.items():
            zipped.writestr(f"{name}.npy", data)
    return held.getvalue()


def npy(header: str) -> bytes:
    text = header.encode("latin1")
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


SOUND = archive(x=npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}\n") + b"abcd")
MEMBER = b"PK\x01\x02\x14\x03\x14\0"  # how the entry begins, then flags and method
DAMAGED = {
    "text.npy": b"text",
    "empty.npy": b"",
    "cut.npy": b"\x93NUMPY\x01\x00",
    "header.npy": npy("{'descr': '<f4', "),
    "odd header.npy": npy("\xff\x00(("),
    "huge.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999,)}\n"),
    "negative.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}\n") + b"abcd",
    "objects.npy": npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n"),
    "signature.npz": b"PK\x03\x04zzzz",
    "cut.npz": SOUND[:60],
    "member.npz": archive(x=npy("{'descr'")),
    "checksum.npz": SOUND.replace(b"abcd", b"abce"),
    "encrypted.npz": SOUND.replace(MEMBER + b"\0\0\0\0", MEMBER + b"\1\0\0\0"),
    "method.npz": SOUND.replace(MEMBER + b"\0\0\0\0", MEMBER + b"\0\0\x63\0"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(DAMAGED[name])
    with pytest.raises(InvalidCalibration, match="not a readable .npy or .npz file: .") as found:
        load(path, SHAPES)
    assert "\n" not in str(found.value)


def test_a_damaged_image_is_told_in_one_line(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("L", (64, 64)).save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    for cut in range(1, len(whole), 7):
        (tmp_path / "a.png").write_bytes(whole[:cut] + bytes([255]) + whole[cut + 1 :])
        with suppress(InvalidCalibration):
            load(tmp_path, {"x": (1, 1, 4, 4)})


@pytest.mark.parametrize(
    "name", ["n" * 300 + ".npy", "n" * 300, "folder.npz/x", "fifo.npy", "a:b:c", ":", "x:"]
)
def test_what_is_no_data_at_all(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.npy")
    with pytest.raises(InvalidCalibration, match=r"not a readable|no calibration data"):
        load(f"{tmp_path}/{name}", SHAPES)


def test_tokens_stay_integers() -> None:
    tokens, types = np.arange(40).reshape(20, 2), {"x": "int64"}
    found = load(tokens, {"x": (1, 2)}, types=types).feeds["x"]
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found[:, 0], tokens)
    for given, words in (
        (tokens + 0.5, "calibration data: input 'x' has numbers that are no int64"),
        ("random", "random: input 'x' is int64, of which noise is no sample; give real ones"),
    ):
        with pytest.raises(InvalidCalibration, match=words):
            load(given, {"x": (1, 2)}, types=types)
