"""Train the networks of networks.py in float and write them as .onnx beside this file.

Every seed is fixed and PyTorch runs on one thread. Takes some minutes.
Needs: torch, onnx, scikit-learn, mlxtend.

    python -m examples.quantise.train [DATASET_NETWORK ...]
"""

import sys
import warnings
from pathlib import Path

import torch
from torch import nn

from examples.quantise.data import DATASETS, Data
from examples.quantise.networks import NETWORKS

HERE = Path(__file__).parent
SEED = 0
BATCH = 32
EPOCHS = {"digits": 40, "mnist": 8}
SMOOTHING = 0.1  # keeps the scores of images that are told apart well within one range
OPSET = 13


def train(model: nn.Module, data: Data, epochs: int) -> nn.Module:
    x, y = (torch.from_numpy(array) for array in data.train)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-4)
    steps = epochs * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=steps)
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch], label_smoothing=SMOOTHING)
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def accuracy(model: nn.Module, data: Data) -> float:
    x, y = (torch.from_numpy(array) for array in data.test)
    with torch.no_grad():
        return float((model(x).argmax(1) == y).float().mean())


def export(model: nn.Module, example: torch.Tensor, path: Path) -> None:
    """Batch normalisations are kept: folding them is the compiler's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter's age; the newer one needs more packages
        torch.onnx.export(
            model, (example,), path, dynamo=False, opset_version=OPSET,
            input_names=["image"], output_names=["scores"],
            training=torch.onnx.TrainingMode.PRESERVE,
        )  # fmt: skip


def main(wanted: list[str]) -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for dataset, load in DATASETS.items():
        data = load()
        for name, network in NETWORKS.items():
            if wanted and f"{dataset}_{name}" not in wanted:
                continue
            torch.manual_seed(SEED)
            model = train(network(data.train[0].shape[-1]), data, EPOCHS[dataset])
            export(model, torch.from_numpy(data.test[0][:1]), HERE / f"{dataset}_{name}.onnx")
            print(f"{dataset}_{name}: {accuracy(model, data):.2%} of held-out images", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
