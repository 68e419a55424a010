"""A reshape of a transposed tensor, as a transpose of a reshaped one."""

from collections.abc import Sequence

from tinycompile.rewriting.permutation import Permutation, inverse


def reshape_transposed(
    shape: Sequence[int], p: Permutation, target: Sequence[int]
) -> tuple[list[int], Permutation] | None:
    """(t, q) with reshape(transpose(x, p), target) == transpose(reshape(x, t), q) for x of `shape`.

    There is none where the reshape joins dimensions that x does not have side by side.
    """
    groups = _groups([shape[axis] for axis in p], target)
    if groups is None:
        return None
    blocks: list[tuple[int, list[int]]] = []  # where in x, dimensions of the target
    for sources, targets in groups:
        axes = [p[i] for i in sources if shape[p[i]] != 1]
        between = range(axes[0], axes[-1] + 1) if axes else range(0)
        if axes != [axis for axis in between if shape[axis] != 1]:
            return None
        blocks.append((axes[0] if axes else -1, targets))
    order = [axis for _, targets in sorted(blocks, key=lambda b: b[0]) for axis in targets]
    return [target[axis] for axis in order], inverse(order)


def order_within_blocks(
    shape: Sequence[int], p: Permutation, target: Sequence[int]
) -> Permutation | None:
    """What of `p` orders dimensions that the reshape to `target` joins, for x of `shape`.

    A channel shuffle, for one: reshaped to (N, H, W, groups, C / groups), the last two dimensions swapped and
    all of it moved to NCHW, where they are joined again. None if the joined ones are spread over x.
    """
    groups = _groups([shape[axis] for axis in p], target)
    if groups is None:
        return None
    inner = list(range(len(p)))
    for sources, _ in groups:
        axes = [p[i] for i in sources]
        places = sorted(axes)
        if axes and places != list(range(places[0], places[-1] + 1)):
            return None
        for place, axis in zip(places, axes, strict=True):
            inner[place] = axis
    return inner


def _groups(
    source: Sequence[int], target: Sequence[int]
) -> list[tuple[list[int], list[int]]] | None:
    """Runs of dimensions of `source` and of `target` that hold the same elements, as short as can be."""
    groups: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(source) or j < len(target):
        if j < len(target) and target[j] == 1:
            groups.append(([], [j]))
            j += 1
            continue
        if i < len(source) and source[i] == 1:
            groups.append(([i], []))
            i += 1
            continue
        if i == len(source) or j == len(target):
            return None
        sources, targets = [i], [j]
        left, right = source[i], target[j]
        while left != right:
            if left < right:
                i += 1
                left *= source[i]
                sources.append(i)
            else:
                j += 1
                right *= target[j]
                targets.append(j)
        groups.append((sources, targets))
        i, j = i + 1, j + 1
    return groups
