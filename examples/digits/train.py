"""Train the digits example, quantise it to int8 and store it beside this file.

A small CNN on scikit-learn's 8x8 digits: float training in PyTorch, the ONNX graph written node
by node from the trained weights (so that the file depends on nothing but them), then ONNX Runtime's
static quantisation: QDQ, int8 activations, int8 weights per channel. Every seed is fixed and PyTorch
runs on one thread: the same packages on the same kind of CPU write the same bytes again.

Writes digits_int8.onnx and images.npz (20 held-out images, float32, and their labels).
Needs: torch, scikit-learn, onnx, onnxruntime.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import quantization
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

HERE = Path(__file__).parent
SEED = 0
EPOCHS = 60
BATCH = 32
IMAGES_KEPT = 20
ACCURACY_REQUIRED = 0.96
OPSET = 13  # the first with per-channel QuantizeLinear: the most readers understand it

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


class Digits(nn.Module):
    """(N, 1, 8, 8) pixels in 0..1 -> (N, 10) logits."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 3, padding=1)
        self.depthwise = nn.Conv2d(16, 16, 3, padding=1, groups=16)
        self.pointwise = nn.Conv2d(16, 32, 1)
        self.linear = nn.Linear(32 * 2 * 2, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.max_pool2d(torch.relu(self.conv(x)), 2)  # (N, 16, 4, 4)
        x = torch.relu(self.pointwise(torch.relu(self.depthwise(x))))  # (N, 32, 4, 4)
        x = nn.functional.max_pool2d(x, 2)  # (N, 32, 2, 2)
        logits: torch.Tensor = self.linear(x.flatten(1))
        return logits


def load_data() -> tuple[Floats, Floats, Labels, Labels]:
    """Training images, held-out images, and the labels of each."""
    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32)[:, None]  # (N, 1, 8, 8)
    train_x, test_x, train_y, test_y = train_test_split(
        images, digits.target, test_size=0.25, random_state=SEED, stratify=digits.target
    )
    return train_x, test_x, train_y, test_y


def train(images: Floats, labels: Labels) -> Digits:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    model = Digits()
    x, y = torch.from_numpy(images), torch.from_numpy(labels)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
        schedule.step()
    return model.eval()


def to_onnx(model: Digits) -> onnx.ModelProto:
    """The trained network with batch 1 and named tensors, its output a softmax."""
    square = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
    layers: list[tuple[str, str, list[str], dict[str, int | list[int]]]] = [
        ("Conv", "conv", ["conv.weight", "conv.bias"], square),
        ("Relu", "conv_relu", [], {}),
        ("MaxPool", "pool1", [], pool),
        ("Conv", "depthwise", ["depthwise.weight", "depthwise.bias"], {**square, "group": 16}),
        ("Relu", "depthwise_relu", [], {}),
        ("Conv", "pointwise", ["pointwise.weight", "pointwise.bias"], {"kernel_shape": [1, 1]}),
        ("Relu", "pointwise_relu", [], {}),
        ("MaxPool", "pool2", [], pool),
        ("Flatten", "flatten", [], {"axis": 1}),
        ("Gemm", "linear", ["linear.weight", "linear.bias"], {"transB": 1}),
        ("Softmax", "probabilities", [], {"axis": 1}),
    ]
    nodes, previous = [], "image"
    for operator, name, weights, attributes in layers:
        nodes.append(helper.make_node(operator, [previous, *weights], [name], name, **attributes))
        previous = name
    state = model.state_dict()
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, 10])],
        [numpy_helper.from_array(state[name].numpy(), name) for name in state],
    )
    opset = helper.make_opsetid("", OPSET)
    exported = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.checker.check_model(exported, full_check=True)
    return exported


class Calibration(quantization.CalibrationDataReader):
    """Feeds images of shape (N, 1, 8, 8) to the quantiser one by one."""

    def __init__(self, images: Floats) -> None:
        self._feeds = iter([{"image": image[None]} for image in images])

    def get_next(self) -> dict[str, Floats] | None:
        return next(self._feeds, None)


def quantize(model: onnx.ModelProto, calibration: Floats, destination: Path) -> None:
    with TemporaryDirectory() as folder:
        float_model = Path(folder) / "digits.onnx"
        onnx.save(model, float_model)
        quantization.quantize_static(
            float_model,
            destination,
            Calibration(calibration),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
            activation_type=quantization.QuantType.QInt8,
            weight_type=quantization.QuantType.QInt8,
        )


def accuracy(model: Path, images: Floats, labels: Labels) -> float:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    found = [session.run(None, {"image": image[None]})[0].argmax() for image in images]
    return float(np.mean(np.array(found) == labels))


def main() -> None:
    train_x, test_x, train_y, test_y = load_data()
    destination = HERE / "digits_int8.onnx"
    quantize(to_onnx(train(train_x, train_y)), train_x, destination)
    reached = accuracy(destination, test_x, test_y)
    print(f"int8 accuracy on {len(test_x)} held-out images: {reached:.2%}")
    if reached < ACCURACY_REQUIRED:
        raise SystemExit(f"error: accuracy is {reached:.2%}, at least 96 % is required")
    np.savez(HERE / "images.npz", images=test_x[:IMAGES_KEPT], labels=test_y[:IMAGES_KEPT])


if __name__ == "__main__":
    main()
