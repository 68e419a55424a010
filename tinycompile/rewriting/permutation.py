"""Permutations of dimensions, and the layouts that they make of the model's.

A permutation p transposes x so that dimension i of the result is dimension p[i] of x.
"""

from collections.abc import Sequence

from tvm import relax

from tinycompile.rewriting.expressions import shape_of
from tinycompile.rewriting.rewriter import Rewriter

Permutation = list[int]

# Names of dimensions in the order that ONNX has them, by rank.
LETTERS = {1: "C", 2: "NC", 3: "NCW", 4: "NCHW", 5: "NCDHW"}
ANY = "ABCDEFGHIJ"  # of higher ranks
LAYOUTS = "tc.layouts"  # attribute of main: tensor -> its layout, where it is not the model's
IS_NCHW = "tc.nchw"  # attribute of main: the model was written for NCHW


def of(call: relax.Call) -> Permutation:
    """The permutation of a permute_dims."""
    rank = len(shape_of(call.args[0]))
    if call.attrs.axes is None:
        return list(range(rank))[::-1]
    return [int(axis) % rank for axis in call.attrs.axes]


def inverse(p: Sequence[int]) -> Permutation:
    return sorted(range(len(p)), key=p.__getitem__)


def permuted(values: Sequence[int], p: Sequence[int]) -> list[int]:
    """`values`, one a dimension, of the transposed tensor. Of a permutation: first `values`, then p."""
    return [values[i] for i in p]


def to_nhwc(rank: int) -> Permutation:
    """From (N, C, ...) to (N, ..., C)."""
    return [0, *range(2, rank), 1]


def moves_only_ones(shape: Sequence[int], p: Sequence[int]) -> bool:
    """Whether the transpose keeps the order of all dimensions but those of size 1."""
    kept = [axis for axis in p if shape[axis] != 1]
    return kept == sorted(kept)


def from_layout(layout: str) -> Permutation:
    """What transposes the model's tensor to `layout`."""
    letters = LETTERS.get(len(layout), ANY[: len(layout)])
    return [letters.index(letter) for letter in layout]


def note_layout(rewriter: Rewriter, name: str, p: Sequence[int]) -> None:
    """Tensor `name` of `main` is now what its old self is, transposed by `p`."""
    layouts = rewriter.attributes.get(LAYOUTS, {})
    if not isinstance(layouts, dict):  # the first note of a walk: TVM's, and not to be changed
        layouts = {str(k): str(v) for k, v in layouts.items()}
    letters = LETTERS.get(len(p), ANY[: len(p)])
    layout = "".join(permuted(layouts.get(name, letters), p))  # type: ignore[arg-type]
    layouts[name] = layout
    if layout == letters:
        del layouts[name]
    rewriter.attributes[LAYOUTS] = layouts


def transposed(
    rewriter: Rewriter, var: relax.Var, result: relax.Expr, p: Sequence[int]
) -> relax.Expr:
    """`result` transposed by `p` in the place of `var`, whose name `result` gets: it is what is computed.

    An output keeps the model's layout as long as it is transposed.
    """
    if rewriter.makes_output(var):
        return relax.op.permute_dims(result, p)
    inner = rewriter.emit(result, take_name=True)
    note_layout(rewriter, var.name, inverse(p))
    return relax.op.permute_dims(inner, p)
