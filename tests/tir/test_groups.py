"""Operators of a group in one function: whatever is merged with whatever, the result is numpy's."""

from pathlib import Path

import numpy as np
import pytest

from tests.tir.random_group import RandomGroup
from tests.tir.runtime import build, function

SEEDS = 24
MORE = 600


def check(seeds: range, folder: Path) -> None:
    groups = {f"tc_{seed}": RandomGroup(seed) for seed in seeds}
    functions = {name: function(group.body, *group.types) for name, group in groups.items()}
    library = build(functions, folder)
    for name, group in groups.items():
        made = library(name, group.inputs)
        for ours, theirs in zip(made, group.results, strict=True):
            assert ours.shape == theirs.shape, name
            scale = max(1.0, float(np.abs(theirs).max(initial=0)))
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * scale, err_msg=name)


def test_random_groups(tmp_path: Path) -> None:
    check(range(SEEDS), tmp_path)


@pytest.mark.sweep
@pytest.mark.parametrize("first", range(SEEDS, MORE, SEEDS))
def test_more_random_groups(first: int, tmp_path: Path) -> None:
    check(range(first, first + SEEDS), tmp_path)
