"""An error in a block of Relax leaves standard error clean."""

import gc

import pytest
from tvm import relax

from tinycompile.rewriting.blocks import dataflow


def test_an_error_in_a_block_leaves_nothing_on_standard_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fails(*, ours: bool) -> None:
        builder = relax.BlockBuilder()
        x = relax.Var("x", relax.TensorType((2,), "float32"))
        with builder.function("main", [x]), dataflow(builder) if ours else builder.dataflow():
            raise ValueError("no")

    for ours, words in ((True, ""), (False, "BlockBuilder destroyed with remaining blocks")):
        with pytest.raises(ValueError, match="no"):
            fails(ours=ours)
        gc.collect()
        assert words in capfd.readouterr().err if words else capfd.readouterr().err == ""


def test_a_block_is_as_tvms() -> None:
    builder = relax.BlockBuilder()
    x = relax.Var("x", relax.TensorType((2,), "float32"))
    with builder.function("main", [x]):
        with dataflow(builder):
            out = builder.emit_output(relax.op.nn.relu(x))
        builder.emit_func_output(out)
    (block,) = builder.get()["main"].body.blocks
    assert isinstance(block, relax.DataflowBlock)
