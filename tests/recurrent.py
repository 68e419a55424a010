"""Random recurrent layers as ONNX models, with whatever a layer may have."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import helper

from tests.frontend.onnx_model import model, value

Array = NDArray[Any]
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
FUNCTIONS = {"LSTM": 3, "GRU": 2, "RNN": 1}  # of a direction
OUTPUTS = {"LSTM": ("Y", "Y_h", "Y_c"), "GRU": ("Y", "Y_h"), "RNN": ("Y", "Y_h")}
SMOOTH = ("Tanh", "ScaledTanh", "Sigmoid", "HardSigmoid", "Softsign")
ALL = (*SMOOTH, "Affine", "Relu", "LeakyRelu", "ThresholdedRelu", "Elu", "Softplus")
WITH_ALPHA = ("Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu")
WITH_BETA = ("Affine", "ScaledTanh", "HardSigmoid")
OPSET = 14  # the first with `layout`


@dataclass
class Layer:
    """A layer of `operator` over inputs "x", and "h" and "c" if they are computed."""

    operator: str
    steps: int
    batch: int
    inputs: int
    hidden: int
    attributes: dict[str, Any] = field(default_factory=dict)
    constants: dict[str, Array] = field(default_factory=dict)  # B, lengths, h, c, P
    computed: tuple[str, ...] = ()  # initial states that are inputs
    outputs: tuple[str, ...] = ("Y",)
    seed: int = 0

    @property
    def directions(self) -> int:
        return 2 if self.attributes.get("direction") == "bidirectional" else 1

    @property
    def state(self) -> tuple[int, ...]:
        """The shape of a state."""
        shape = (self.directions, self.batch)
        return *(shape[::-1] if self.attributes.get("layout") else shape), self.hidden

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        around = (self.steps, self.batch)
        x = (*(around[::-1] if self.attributes.get("layout") else around), self.inputs)
        return {"x": x} | dict.fromkeys(self.computed, self.state)

    def weights(self) -> dict[str, Array]:
        rng, rows = np.random.default_rng(self.seed), GATES[self.operator] * self.hidden
        shapes = {"W": (rows, self.inputs), "R": (rows, self.hidden)}
        return {
            name: rng.normal(size=(self.directions, *shape)).astype(np.float32) * np.float32(0.7)
            for name, shape in shapes.items()
        }

    def model(self) -> onnx.ModelProto:
        constants = self.weights() | self.constants
        known = {"x", *constants, *self.computed}
        names = ["x", "W", "R", "B", "lengths", "h"] + ["c", "P"] * (self.operator == "LSTM")
        made = [name if name in self.outputs else "" for name in OUTPUTS[self.operator]]
        node = helper.make_node(
            self.operator,
            [name if name in known else "" for name in names],
            made,
            "layer",
            hidden_size=self.hidden,
            **self.attributes,
        )
        inputs = [value(name, shape) for name, shape in self.shapes.items()]
        return model([node], inputs, [value(o, None) for o in made if o], constants, OPSET)


@st.composite
def layers(draw: st.DrawFn, operator: str | None = None, functions: Any = ALL) -> Layer:
    operator = operator or draw(st.sampled_from(sorted(GATES)))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    sizes = [draw(st.integers(1, most)) for most in (6, 3, 5, 6)]
    layer = Layer(operator, *sizes, seed=seed)
    layer.attributes["direction"] = draw(st.sampled_from(["forward", "reverse", "bidirectional"]))
    gates, directions, hidden = GATES[operator], layer.directions, layer.hidden
    possible = {
        "B": rng.normal(size=(directions, 2 * gates * hidden)).astype(np.float32),
        "lengths": rng.integers(1, layer.steps + 1, layer.batch).astype(np.int32),
    }
    if operator == "LSTM":
        possible["P"] = rng.normal(size=(directions, 3 * hidden)).astype(np.float32)
        layer.attributes["input_forget"] = draw(st.integers(0, 1))
    if operator == "GRU":
        layer.attributes["linear_before_reset"] = draw(st.integers(0, 1))
    for state in ("h", "c") if operator == "LSTM" else ("h",):
        how = draw(st.sampled_from(["zero", "constant", "input"]))
        if how == "constant":
            possible[state] = rng.normal(size=layer.state).astype(np.float32)
        layer.computed += (state,) * (how == "input")
    layer.constants = {
        name: a for name, a in possible.items() if name in ("h", "c") or draw(st.booleans())
    }
    if draw(st.booleans()):
        names = st.sampled_from(functions)
        layer.attributes |= activations(
            [draw(names) for _ in range(FUNCTIONS[operator] * directions)], rng
        )
    if draw(st.booleans()):
        layer.attributes["clip"] = draw(st.sampled_from([0.3, 1.5]))
    wanted = [name for name in OUTPUTS[operator] if draw(st.booleans())]
    layer.outputs = tuple(wanted) or ("Y_h",)
    return layer


def activations(names: list[str], rng: np.random.Generator) -> dict[str, Any]:
    """The attributes for functions of these names; every other time with numbers."""
    found: dict[str, Any] = {"activations": names}
    if rng.random() < 0.5:
        for which, those in (("alpha", WITH_ALPHA), ("beta", WITH_BETA)):
            numbers = [float(np.float32(rng.uniform(0.1, 0.9))) for name in names if name in those]
            found |= {f"activation_{which}": numbers} if numbers else {}
    return found
