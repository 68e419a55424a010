"""einsum -> reshapes, transposes, sums and a matmul: one spelling for products of tensors.

Several operands meet two at a time, in order. A diagonal ("ii") stays an einsum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import tvm
from tvm import relax

from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import Rewriter, rewrite

ELLIPSIS = "..."
SPARE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # letters for the dimensions that an ellipsis stands for


@dataclass(frozen=True)
class Operand:
    """A tensor, and a letter for each of its dimensions."""

    expr: relax.Expr
    letters: str

    def arranged(self, letters: str, sizes: dict[str, int]) -> relax.Expr:
        """With its dimensions in the order of `letters`, those that it has not being 1."""
        ours = [letter for letter in letters if letter in self.letters]
        order = [self.letters.index(letter) for letter in ours]
        moved = self.expr if order == sorted(order) else relax.op.permute_dims(self.expr, order)
        shape = [sizes[letter] if letter in self.letters else 1 for letter in letters]
        return moved if len(ours) == len(letters) else relax.op.reshape(moved, shape)

    def summed(self, needed: str) -> "Operand":
        """Without the dimensions that neither another operand nor the result has."""
        gone = [axis for axis, letter in enumerate(self.letters) if letter not in needed]
        left = "".join(letter for letter in self.letters if letter in needed)
        return Operand(relax.op.sum(self.expr, gone), left) if gone else self


@tvm.transform.module_pass(opt_level=0, name="EinsumToMatmul")
class EinsumToMatmul:
    def transform_module(self, mod, ctx):  # type: ignore[no-untyped-def]
        return rewrite(mod, _matmul)


def _matmul(rewriter: Rewriter, var: relax.Var, call: relax.Call) -> relax.Expr | None:
    if not is_call(call, "einsum"):
        return None
    tensors = list(call.args[0].fields)
    spelled = _letters(str(call.attrs.subscripts), [len(shape_of(x)) for x in tensors])
    if spelled is None:
        return None
    *given, result = spelled
    sizes: dict[str, int] = {}
    for letters, tensor in zip(given, tensors, strict=True):
        for letter, size in zip(letters, shape_of(tensor), strict=True):
            if sizes.setdefault(letter, size) != size:
                return None  # a dimension of 1 that is repeated
    operands = [Operand(*both) for both in zip(tensors, given, strict=True)]
    while len(operands) > 1:
        first, second, *rest = operands
        needed = result + "".join(operand.letters for operand in rest)
        operands = [_product(first, second, needed, sizes), *rest]
    return operands[0].summed(result).arranged(result, sizes)


def _letters(subscripts: str, ranks: Sequence[int]) -> list[str] | None:
    """One letter a dimension, of each operand and of the result; None where one has a letter twice."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    given = left.split(",")
    widths = [
        rank - len(letters.replace(ELLIPSIS, "")) if ELLIPSIS in letters else 0
        for letters, rank in zip(given, ranks, strict=True)
    ]
    spare = [letter for letter in SPARE if letter not in subscripts][: max(widths)]
    if not arrow:  # what stands once, in the order of the alphabet
        once = sorted({x for x in left if x.isalpha() and left.count(x) == 1})
        right = ELLIPSIS * (ELLIPSIS in left) + "".join(once)
    widths.append(len(spare))
    spelled = [
        letters.replace(ELLIPSIS, "".join(spare[len(spare) - width :]))
        for letters, width in zip([*given, right], widths, strict=True)
    ]
    return spelled if all(len(set(letters)) == len(letters) for letters in spelled) else None


def _product(a: Operand, b: Operand, needed: str, sizes: dict[str, int]) -> Operand:
    """The product of two, summed over what is not `needed`."""
    a, b = a.summed(needed + b.letters), b.summed(needed + a.letters)
    both = [letter for letter in a.letters if letter in b.letters]
    stack = "".join(letter for letter in both if letter in needed)
    depth = "".join(letter for letter in both if letter not in needed)
    rows = "".join(letter for letter in a.letters if letter not in both)
    columns = "".join(letter for letter in b.letters if letter not in both)
    if not depth:  # nothing to sum: operands broadcast
        letters = stack + rows + columns
        return Operand(a.arranged(letters, sizes) * b.arranged(letters, sizes), letters)

    def matrices(operand: Operand, *parts: str) -> relax.Expr:
        shape = [prod(sizes[letter] for letter in part) for part in parts]
        stacked = [sizes[letter] for letter in stack]
        return relax.op.reshape(operand.arranged(stack + "".join(parts), sizes), [*stacked, *shape])

    product = relax.op.matmul(matrices(a, rows, depth), matrices(b, depth, columns))
    letters = stack + rows + columns
    return Operand(relax.op.reshape(product, [sizes[letter] for letter in letters]), letters)
