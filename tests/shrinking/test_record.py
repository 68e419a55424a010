"""From channels that are left to those of the original, through several cuts."""

import numpy as np

from tinycompile.shrinking.record import Record


def indices(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def test_cuts_follow_each_other() -> None:
    record = Record()
    # Of 5 channels 1 goes, always 7; then, of the others, the last, unread, and the second, always -3.
    ends = indices(-9, 7, -3, 1, -9), indices(9, 7, 9, 9, -5)
    record.cut({"t": indices(0, 2, 3, 4)}, {"t": 5}, {"t": ends})
    ends = indices(-9, -3, 1, -8), indices(9, -3, 9, -6)
    record.cut({"t": indices(0, 2)}, {"t": 4}, {"t": ends})
    found = record.channels["t"]
    assert found.kept.tolist() == [0, 3] and found.unknown.tolist() == [4]
    assert found.removed() == (2, 1)
    whole = found.whole(np.array([[10, 20]], np.int8))
    assert whole.tolist() == [[10, 7, -3, 20, -8]]


def test_a_constant_channel_that_stays_has_what_is_computed() -> None:
    record = Record()
    record.cut({"t": indices(0, 1)}, {"t": 3}, {"t": (indices(-9, 7, 0), indices(9, 7, 4))})
    assert record.channels["t"].whole(np.array([1, 2])).tolist() == [1, 2, 0]


def test_names_that_other_tensors_may_get_are_not_recorded() -> None:
    record = Record()
    record.cut({"lv3": indices(0)}, {"lv3": 2}, {})
    assert record.channels == {}
