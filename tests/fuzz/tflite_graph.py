"""Random TFLite graphs of int8 or int16 activations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.fuzz.choices import Choices, Rejected
from tests.tflite_model import Model, Tensor

Array = NDArray[Any]
LARGEST = 6000  # elements of a tensor
LEVELS = {"int8": 127, "int16": 32767, "int32": 2**31 - 1}


class Growth(Choices):
    """A graph that grows operator by operator; what has no shape or too large a one is dropped."""

    def __init__(self, *seed: int) -> None:
        super().__init__(*seed)
        self.model = Model()
        self.live: list[str] = []  # activations
        self.inputs: list[str] = []
        self.outputs: list[str] = []
        self.dtype = "int16" if self.chance(0.25) else "int8"
        self.names = 0

    # What operators build on.

    @property
    def levels(self) -> int:
        return LEVELS[self.dtype]

    def __getitem__(self, name: str) -> Tensor:
        return self.model.tensors[name]

    def shape(self, name: str) -> tuple[int, ...]:
        return self[name].shape

    def activation(
        self, ranks: Sequence[int] = (), fits: Callable[[Tensor], bool] = lambda tensor: True
    ) -> str:
        """A tensor of the graph's type, mostly the newest."""
        names = self.activations(lambda t: (not ranks or len(t.shape) in ranks) and fits(t))
        return names[-1] if names and self.chance(0.75) else self.one_of(names)

    def activations(self, fits: Callable[[Tensor], bool]) -> list[str]:
        return [n for n in self.live if self[n].dtype == self.dtype and fits(self[n])]

    def same_scale(self, name: str) -> Callable[[Tensor], bool]:
        """Whether a tensor is quantised as `name` is."""
        like = self[name]
        return lambda t: bool(
            np.array_equal(t.scales, like.scales)
            and np.array_equal(t.zero_points, like.zero_points)
        )

    def fresh(self, stem: str) -> str:
        self.names += 1
        return f"{stem}_{self.names}"

    def zero_point(self) -> int:
        if self.dtype != "int8":
            return 0
        return self.one_of([0, -128, 127, self.between(-128, 127), self.between(-40, 40)])

    def reach(self, name: str) -> float:
        """The largest real value of the tensor, roughly."""
        return float(self[name].scales.max()) * LEVELS[self[name].dtype]

    def scale(self, reach: float) -> float:
        """A scale by which reals up to `reach` more or less fit."""
        return float(np.float32(max(reach, 1e-9) * self.random.uniform(0.4, 1.6) / self.levels))

    def new(
        self,
        stem: str,
        shape: Sequence[int],
        scale: float | None = None,
        zero_point: int | None = None,
        dtype: str | None = None,
    ) -> str:
        """A tensor that an operator makes; without a zero point one is chosen."""
        shape = tuple(int(size) for size in shape)
        if any(size <= 0 for size in shape) or np.prod(shape) > LARGEST:
            raise Rejected
        point = self.zero_point() if zero_point is None else zero_point
        name = self.fresh(stem)
        return self.model.tensor(name, shape, dtype or self.dtype, scale, point)

    def like(self, name: str, stem: str, shape: Sequence[int]) -> str:
        """A tensor that is quantised as `name` is."""
        like = self[name]
        return self.new(stem, shape, float(like.scales[0]), int(like.zero_points[0]))

    def constant(self, value: Any, dtype: Any = np.int32, **quantization: Any) -> str:
        return self.model.constant(
            self.fresh("const"), np.asarray(value).astype(dtype), **quantization
        )

    def random_constant(self, shape: Any, like: str | None = None, reach: float = 1.0) -> str:
        """Any values of the graph's type, quantised as `like` is or to `reach`."""
        values = self.random.integers(-self.levels - 1, self.levels + 1, shape)
        scale, point = self.scale(reach), self.zero_point()
        if like is not None:
            scale, point = float(self[like].scales[0]), int(self[like].zero_points[0])
        return self.constant(values, self.dtype, scale=scale, zero_point=point)

    def any_axis(self, axis: int, rank: int) -> int:
        """`axis`, counted from either end."""
        return axis if self.chance(0.7) else axis - rank

    def weights(
        self, shape: tuple[int, ...], axis: int, depth: int, per_channel: float = 0.8
    ) -> str:
        """int8 or int4 weights for sums of `depth` products; output channels lie along `axis`."""
        per_channel = self.chance(per_channel)
        int4 = self.dtype == "int8" and self.chance(0.06)
        top, channels = (7 if int4 else 127), shape[axis]
        scales = self.random.uniform(0.6, 1.4, channels if per_channel else 1)
        scales = scales / (np.sqrt(depth) * top * 0.58)
        values = self.random.integers(-top, top + 1, shape)
        form = self.one_of(["uniform", "uniform", "normal", "few"])
        if form == "normal":
            values = np.clip(np.rint(self.random.normal(0, top / 3, shape)), -top, top)
        elif form == "few":
            values = self.random.choice(self.random.integers(-top, top + 1, 5), shape)
        if per_channel and self.chance(0.1):
            np.moveaxis(values, axis, 0)[0] = 0  # a dead channel
        add = self.model.int4 if int4 else self.model.constant
        along = axis if per_channel else 0
        return add(self.fresh("weights"), values.astype(np.int8), scale=scales, axis=along)

    def bias(self, x: str, weights: str, channels: int, wide: bool = False) -> str:
        """A bias, or "" for none."""
        if self.chance(0.15):
            return ""
        scales = self[x].scales[0] * self[weights].scales
        deviation = self.reach(x) * 0.5 / np.maximum(scales, 1e-12)
        values = np.rint(self.random.normal(0, deviation, channels)).clip(-(2**30), 2**30)
        long = self.dtype == "int16" and (wide or self.chance(0.8))
        return self.constant(values, np.int64 if long else np.int32, scale=scales)

    # Growth.

    def add(
        self,
        code: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        options: str = "",
        version: int = 1,
        **values: Any,
    ) -> None:
        self.model.operator(code, inputs, outputs, options, version, **values)
        self.live += outputs

    def activation_function(self) -> int:
        """NONE, RELU, RELU6 or RELU_N1_TO_1."""
        return self.one_of([0, 0, 0, 1, 1, 3, 2])

    def grow(self, operators: Mapping[Callable[["Growth"], Any], float], size: int | None) -> bytes:
        """At most 8 operators; `size` ends the growth earlier."""
        self.add_inputs()
        wanted, made, model = self.between(1, 8), 0, self.model
        for _ in range(150):
            if made == min(wanted, size or wanted):
                break
            before = dict(model.tensors), list(model.operators), list(self.live), self.dtype
            try:
                self.weighted(operators)(self)
                made += 1
            except Rejected:
                model.tensors, model.operators, self.live, self.dtype = before
        if not made:
            raise Rejected
        self.choose_outputs()
        return model.build(self.inputs, self.outputs)

    def add_inputs(self) -> None:
        form = self.one_of(["image", "image", "image", "rows", "vector", "odd"])
        for k in range(1 + self.chance(0.25) + self.chance(0.05)):
            shape = self.input_shape(form)
            if k and self.chance(0.6):
                shape = self.shape(self.inputs[0])
            name = self.one_of(["x", "serving_default_x:0", "in/a"]) + str(k)
            scale = float(np.float32(10 ** self.random.uniform(-0.5, 0.9) / self.levels))
            point = self.zero_point()
            if k and self.chance(0.4):
                first = self[self.inputs[0]]
                scale, point = float(first.scales[0]), int(first.zero_points[0])
            self.inputs.append(self.model.tensor(name, shape, self.dtype, scale, point))
        self.live = list(self.inputs)
        if self.chance(0.12):
            self.make_first_input_real()

    def input_shape(self, form: str) -> tuple[int, ...]:
        if form == "image":
            channels, batch = self.one_of([1, 2, 3, 4, 8, 12, 16]), 2 if self.chance(0.05) else 1
            return (batch, self.between(1, 12), self.between(1, 12), channels)
        if form == "rows":
            return (1, self.between(1, 8), self.between(1, 16))
        if form == "vector":
            return (1, self.between(1, 40))
        return (1, *(self.between(1, 5) for _ in range(self.between(0, 3))))

    def make_first_input_real(self) -> None:
        name = self.inputs[0]
        quantised, rest = self.model.tensors.pop(name), self.live[1:]
        real = self.model.tensor(name, quantised.shape, "float32")
        scale, point = float(quantised.scales[0]), int(quantised.zero_points[0])
        made = self.new("quantised", quantised.shape, scale, point)
        self.add("QUANTIZE", [real], [made], "QuantizeOptions")
        self.live = [*rest, made]

    def choose_outputs(self) -> None:
        """What nothing reads is an output, some others are, too; what none of them needs is dropped."""
        operators = self.model.operators
        read = {name for op in operators for name in op.inputs}
        made = [name for op in operators for name in op.outputs]
        leaves = [name for name in made if name not in read]
        leaves += [name for name in made if name in read and self.chance(0.06)]
        self.outputs = leaves[:4]
        needed, kept = set(self.outputs), []
        for op in reversed(operators):
            if needed.intersection(op.outputs):
                needed.update(op.inputs)
                kept.append(op)
        self.model.operators = kept[::-1]
        self.inputs = [name for name in self.inputs if name in needed] or self.inputs[:1]

    def feeds(self) -> list[dict[str, Array]]:
        """Inputs of four runs: noise of several kinds, and extremes."""
        return [{name: self.feed(self[name], run) for name in self.inputs} for run in range(4)]

    def feed(self, tensor: Tensor, run: int) -> Array:
        random, shape = self.random, tensor.shape
        if tensor.dtype == "float32":
            return np.asarray(random.normal(0, 2**run, shape), np.float32).reshape(shape)
        limits = np.iinfo(tensor.dtype)
        values: Any = random.integers(limits.min, limits.max, shape, endpoint=True)
        if run == 1:
            values = random.choice([limits.min, limits.max], shape)
        elif run == 2:
            middle = random.uniform(limits.min, limits.max) / 2
            values = np.rint(random.normal(middle, limits.max / 6, shape))
            values = values.clip(limits.min, limits.max)
        return np.asarray(values).astype(tensor.dtype).reshape(shape)
