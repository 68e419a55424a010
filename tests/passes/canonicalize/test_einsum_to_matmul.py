"""einsum becomes matmul, and computes what numpy's does."""

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import main, operators, run, stays
from tinycompile.passes.canonicalize.einsum_to_matmul import EinsumToMatmul

CASES = {
    "attention scores": ("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)),
    "transposed stacks": ("aecd,abcd->acbe", (2, 4, 3, 5), (2, 6, 3, 5)),
    "matrix and vector": ("bnd,bd->bn", (2, 3, 4), (2, 4)),
    "inner product": ("i,i->", (5,), (5,)),
    "outer product": ("i,j->ij", (3,), (4,)),
    "elementwise": ("ij,ji->ij", (3, 4), (4, 3)),
    "sums before the product": ("aij,jk->ik", (2, 3, 4), (4, 5)),
    "several depths": ("abc,bcd->ad", (2, 3, 4), (3, 4, 5)),
    "of three": ("bnd,bde,bn->bne", (2, 3, 4), (2, 4, 5), (2, 3)),
    "ellipses": ("...ij,...jk->...ik", (2, 3, 4, 5), (2, 3, 5, 6)),
    "ellipses of unlike ranks": ("...ij,...jk->...ik", (2, 3, 4, 5), (3, 5, 6)),
    "without a result": ("kj,ik", (3, 4), (5, 3)),
    "transpose": ("ijk->kij", (2, 3, 4)),
    "sum": ("ijk->j", (2, 3, 4)),
}


def einsum(case: str) -> tuple[str, list[tuple[int, ...]]]:
    subscripts, *shapes = CASES[case]
    return subscripts, shapes  # type: ignore[return-value]


@pytest.mark.parametrize("case", CASES)
def test_what_it_computes(case: str) -> None:
    subscripts, shapes = einsum(case)
    inputs = {f"x{i}": (shape, "float32") for i, shape in enumerate(shapes)}
    module = main(lambda *x: relax.op.einsum(x, subscripts), **inputs)
    after = EinsumToMatmul()(module)
    assert "einsum" not in operators(after)
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    expected = np.einsum(subscripts, *arrays)
    (found,) = run(after, *arrays)
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-5, atol=1e-5)


def test_a_product_of_stacks_moves_nothing() -> None:
    x = ((2, 3, 4, 5), "float32")
    after = EinsumToMatmul()(
        main(
            lambda a, b: relax.op.einsum([a, b], "bhqk,bhkd->bhqd"),
            a=x,
            b=((2, 3, 5, 6), "float32"),
        )
    )
    assert set(operators(after)) == {"reshape", "matmul"}


@pytest.mark.parametrize(
    ("subscripts", "shapes"), [("ii->i", [(3, 3)]), ("ij,jk->ik", [(3, 1), (4, 5)])]
)
def test_what_is_no_product_of_matrices_stays(
    subscripts: str, shapes: list[tuple[int, int]]
) -> None:
    inputs = {f"x{i}": (shape, "float32") for i, shape in enumerate(shapes)}
    stays(EinsumToMatmul(), main(lambda *x: relax.op.einsum(x, subscripts), **inputs))
