"""A model that does not fit takes smaller kernels; what is generated stays of one piece."""

from dataclasses import replace

from tests.test_memory import KERNEL
from tinycompile import fit
from tinycompile.call import Call
from tinycompile.generated import GeneratedKernel
from tinycompile.kernel import Kernel
from tinycompile.program import Layer, Program, Tensor
from tinycompile.target import Isa


class Roomy:
    """Whatever the program, it fits."""

    def excess(self, program: Program) -> int:
        return 0


def program(*kernels: Kernel) -> Program:
    made = Program("net")
    x = Tensor("x", (4,), "int8", "x")
    for i, kernel in enumerate(kernels):
        y = Tensor(f"t{i}", (4,), "int8", f"t{i}")
        made.layers.append(Layer(f"layer{i}", "", kernel, Call((), {}), (x,), (y,)))
        x = y
    return made


def test_functions_of_two_selections_are_not_mixed() -> None:
    def of(symbol: str, text: str) -> GeneratedKernel:
        fields = {**vars(KERNEL), "symbol": symbol, "family": "generated"}
        return GeneratedKernel(**fields, definition=text)

    fast = program(replace(KERNEL, symbol="tc_fast"), of("net_sin_2", "one"), of("net_sin", "two"))
    small = program(
        replace(KERNEL, symbol="tc_small"), of("net_sin", "one"), of("net_sin_2", "two")
    )
    found = fit.within(Roomy(), fast, small, Isa.DSP)  # type: ignore[arg-type]
    assert [layer.kernel.symbol for layer in found.layers] == ["tc_fast", "net_sin", "net_sin_2"]
