"""Train an LSTM and a GRU to recognise digits in sequences, and write them as .onnx beside this file.

Every seed is fixed and PyTorch runs on one thread. Takes some minutes. Needs: torch, onnx, scikit-learn.

    python -m examples.sequences.train
"""

import warnings
from pathlib import Path

import torch
from torch import nn

from examples.sequences import data

HERE = Path(__file__).parent
SEED, EPOCHS, BATCH, HIDDEN, CLASSES = 0, 30, 64, 32, 10
OPSET = 14


class Classifier(nn.Module):
    """(STEPS, N, WIDTH) -> (N, 10) scores, of what the layer remembers at the end."""

    def __init__(self, kind: type[nn.RNNBase]) -> None:
        super().__init__()
        self.recurrent = kind(data.WIDTH, HIDDEN)
        self.linear = nn.Linear(HIDDEN, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _, states = self.recurrent(x)
        last = states[0] if isinstance(states, tuple) else states
        scores: torch.Tensor = self.linear(last[0])
        return scores


NETWORKS: dict[str, type[nn.RNNBase]] = {"lstm": nn.LSTM, "gru": nn.GRU}


def tensors(sequences: data.Floats, labels: data.Labels) -> tuple[torch.Tensor, torch.Tensor]:
    """Time first, then all sequences."""
    return torch.from_numpy(sequences[:, :, 0].transpose(1, 0, 2).copy()), torch.from_numpy(labels)


def train(model: Classifier) -> Classifier:
    x, y = tensors(*data.train())
    steps = EPOCHS * -(-len(y) // BATCH)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=steps)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(y)).split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[:, batch]), y[batch]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model.eval()


def export(model: Classifier, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter's age; the newer one needs more packages
        torch.onnx.export(
            model, (torch.zeros(data.STEPS, 1, data.WIDTH),), path, dynamo=False,
            opset_version=OPSET, input_names=["rows"], output_names=["scores"],
        )  # fmt: skip


def main() -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    x, y = tensors(*data.test())
    for name, kind in NETWORKS.items():
        torch.manual_seed(SEED)
        model = train(Classifier(kind))
        with torch.no_grad():
            share = float((model(x).argmax(1) == y).float().mean())
        export(model, HERE / f"digits_{name}.onnx")
        print(f"{name}: {share:.2%} of {len(y)} held-out sequences", flush=True)


if __name__ == "__main__":
    main()
