"""Random programs whose layers say how they make rows; nothing is computed."""

from typing import Any

from hypothesis import strategies as st

from tinycompile.call import Call
from tinycompile.kernel import Kernel
from tinycompile.program import Layer, Program, Tensor
from tinycompile.row_form import Reads, RowForm

Shape = tuple[int, int, int, int]
KINDS = [*["window"] * 3, "pointwise", "add", "broadcast", "resize", "sums", "whole"]


def nothing(*_: object) -> None:
    raise AssertionError("a plan asks kernels for nothing but rows")


def kernel(form: RowForm | None) -> Kernel:
    return Kernel(
        "tc_any",
        nothing,
        nothing,
        nothing,
        rows=lambda call, inputs, output: form,  # type: ignore[arg-type]
    )


class Build:
    """A program of layers that have the forms they are given."""

    def __init__(self, shape: Shape) -> None:
        self.program = Program("model")
        self.program.inputs = [self.tensor(shape)]

    def tensor(self, shape: Shape) -> Tensor:
        name = f"t{len(self.program.tensors)}"
        made = Tensor(name, shape, "int8", name)
        self.program.tensors[name] = made
        return made

    def layer(
        self, inputs: list[Tensor], shape: Shape, form: RowForm | None, scratch: int = 0
    ) -> Tensor:
        made, name = self.tensor(shape), f"layer{len(self.program.layers)}"
        call = Call(inputs=(), params={}, scratch=scratch)
        self.program.layers.append(Layer(name, name, kernel(form), call, tuple(inputs), (made,)))
        return made

    def window(
        self,
        x: Tensor,
        taps: int,
        stride: int,
        dilation: int,
        pad: int,
        below: int,
        row: int,
        scratch: int = 0,
    ) -> Tensor:
        """A convolution of `taps` rows; `below` is padding behind the last row."""
        height = x.shape[1]
        made = (height + pad + below - (taps - 1) * dilation - 1) // stride + 1
        reads = Reads(tuple(range(height)), taps, stride, dilation, pad)
        return self.layer([x], (1, made, 1, row), RowForm(made, (reads,), {}, scratch=scratch))

    def pointwise(self, *inputs: Tensor) -> Tensor:
        height = max(t.shape[1] for t in inputs)
        reads = tuple(
            Reads(tuple(range(height)) if t.shape[1] == height else (0,) * height) for t in inputs
        )
        return self.layer(
            list(inputs), (1, height, 1, inputs[0].shape[3]), RowForm(height, reads, {})
        )

    def sums(self, x: Tensor) -> Tensor:
        reads = Reads(tuple(range(x.shape[1])))
        return self.layer([x], (1, 1, 1, x.shape[3]), RowForm(1, (reads,), {}, sums=4 * x.shape[3]))

    def whole(self, x: Tensor, shape: Shape, scratch: int) -> Tensor:
        return self.layer([x], shape, None, scratch)

    def done(self, *outputs: Tensor) -> Program:
        self.program.outputs = list(outputs)
        return self.program


@st.composite
def networks(draw: st.DrawFn) -> Program:
    """Chains with branches: windows, residual sums, pools, layers that need all of their input."""
    number = st.integers
    build = Build((1, draw(number(1, 24)), 1, draw(number(1, 40))))
    x = build.program.inputs[0]
    for _ in range(draw(number(1, 10))):
        kind = draw(
            st.sampled_from(
                [
                    "window",
                    "window",
                    "window",
                    "pointwise",
                    "add",
                    "broadcast",
                    "resize",
                    "sums",
                    "whole",
                ]
            )
        )
        if kind == "window" and x.shape[1] > 1:
            taps, dilation = draw(number(1, 4)), draw(number(1, 2))
            pads: Any = number(0, (taps - 1) * dilation)
            pad, below = draw(pads), draw(pads)
            if x.shape[1] + pad + below > (taps - 1) * dilation:
                row = draw(number(1, 40))
                scratch = draw(st.sampled_from([0, 0, 24]))
                x = build.window(x, taps, draw(number(1, 3)), dilation, pad, below, row, scratch)
        elif kind == "pointwise":
            x = build.pointwise(x)
        elif kind == "add":
            same = [t for t in build.program.tensors.values() if t.shape == x.shape]
            x = build.pointwise(x, draw(st.sampled_from(same)))
        elif kind == "broadcast" and x.shape[1] > 1:
            x = build.pointwise(x, build.sums(x))
        elif kind == "resize":
            order = tuple(row for row in range(x.shape[1]) for _ in range(2))
            form = RowForm(len(order), (Reads(order),), {})
            x = build.layer([x], (1, len(order), 1, x.shape[3]), form)
        elif kind == "sums":
            x = build.sums(x)
        elif kind == "whole":
            x = build.whole(x, x.shape, draw(st.sampled_from([0, 0, 24])))
    if not build.program.layers:
        x = build.pointwise(x)
    others = st.lists(st.sampled_from(list(build.program.tensors.values())), max_size=1)
    return build.done(x, *(t for t in draw(others) if t is not x))
