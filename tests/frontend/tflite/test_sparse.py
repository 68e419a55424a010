"""Weights that the file holds without their zeros are densified while compiling."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinycompile
from tests.tflite_model import Model
from tinycompile.errors import InvalidModel
from tinycompile.simulate import verify

ROWS, COLUMNS = 4, 6


def weights() -> np.ndarray:
    random = np.random.default_rng(3)
    values = random.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    return np.where(random.random((ROWS, COLUMNS)) < 0.6, 0, values).astype(np.float32)


def by_rows() -> dict[str, Any]:
    """Rows are dense, the columns of each are listed."""
    w = weights()
    found = [np.flatnonzero(row) for row in w]
    segments = np.cumsum([0, *map(len, found)]).tolist()
    return {
        "data": np.concatenate([row[i] for row, i in zip(w, found, strict=True)]),
        "levels": [ROWS, (segments, np.concatenate(found).tolist())],
        "order": [0, 1],
    }


def in_blocks() -> dict[str, Any]:
    """Columns in blocks of 2, of which those of each row are listed that are not all zeros."""
    blocks = weights().reshape(ROWS, COLUMNS // 2, 2)
    found = [np.flatnonzero(row.any(axis=1)) for row in blocks]
    segments = np.cumsum([0, *map(len, found)]).tolist()
    return {
        "data": np.concatenate([row[i].ravel() for row, i in zip(blocks, found, strict=True)]),
        "levels": [ROWS, (segments, np.concatenate(found).tolist()), 2],
        "order": [0, 1, 2],
        "blocks": [1],
    }


def dense_layer(sparsity: dict[str, Any]) -> bytes:
    model = Model()
    x, y = model.tensor("x", (1, COLUMNS), "float32"), model.tensor("y", (1, ROWS), "float32")
    w = model.sparse("w", (ROWS, COLUMNS), **sparsity)
    whole = model.tensor("whole", (ROWS, COLUMNS), "float32")
    model.operator("DENSIFY", [w], [whole], "DensifyOptions")
    model.operator("FULLY_CONNECTED", [x, whole, ""], [y], "FullyConnectedOptions")
    return model.build([x], [y])


@pytest.mark.parametrize("sparsity", [by_rows(), in_blocks()], ids=["by rows", "in blocks"])
def test_sparse_weights_are_densified(sparsity: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(dense_layer(sparsity))
    made = tinycompile.compile(path)
    (layer,) = made.program.layers
    np.testing.assert_array_equal(layer.call.params["weights"], weights())
    assert verify.verify(made, verify.random_inputs(made, runs=2)).floats == 1


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"levels": [ROWS, ([0, 1, 2, 3, 4], [0, 1, 2, 99])]}, "lies outside of it"),
        ({"levels": [ROWS, ([0, 1, 2, 3, 9], [0, 1, 2, 3])]}, "are cut short"),
        ({"levels": [ROWS, ([0, 1], [0])]}, "do not fit together"),
        ({"order": [0, 0]}, "the levels of a sparse tensor"),
    ],
)
def test_damaged_sparsity_is_refused(damage: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(dense_layer(by_rows() | damage))
    with pytest.raises(InvalidModel, match=message):
        tinycompile.compile(path)
