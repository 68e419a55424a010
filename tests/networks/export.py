"""Export the networks of torch_models/ as .onnx files into models/: ours, with random weights.

Every seed is fixed and PyTorch runs on one thread. Batch normalisations have seen some inputs, so their
statistics are real ones. Files of torch's present exporter; of those with `_opset14` of the older one, which
spells layer norm, GELU and attention in primitive operators.

Needs torch, onnxscript and onnx:

    python -m tests.networks.export [NAME ...]
"""

import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import onnx
import torch
from torch import nn

from tests.networks.torch_models import attention, dense, images, sequences

MODELS = Path(__file__).parent / "models"
SEED = 0
SEEN = 16  # inputs of batch normalisations
OPSET, OLDER = 18, 14

IMAGE, TOKENS, WORDS = (1, 3, 16, 16), (1, 12, 16), (1, 12)
NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[tuple[int, ...], ...]]] = {
    "mlp": (images.mlp, ((1, 1, 8, 8),)),
    "vgg": (images.vgg, (IMAGE,)),
    "resnet": (images.resnet, (IMAGE,)),
    "preactivated_resnet": (images.preactivated_resnet, (IMAGE,)),
    "resnext": (images.resnext, (IMAGE,)),
    "densenet": (images.densenet, (IMAGE,)),
    "squeezenet": (images.squeezenet, (IMAGE,)),
    "inception": (images.inception, (IMAGE,)),
    "mobilenet_v1": (images.mobilenet_v1, (IMAGE,)),
    "mobilenet_v2": (images.mobilenet_v2, (IMAGE,)),
    "mobilenet_v3": (images.mobilenet_v3, (IMAGE,)),
    "efficientnet": (images.efficientnet, (IMAGE,)),
    "eca_net": (images.eca_net, (IMAGE,)),
    "cbam": (images.cbam, (IMAGE,)),
    "shufflenet": (images.shufflenet, (IMAGE,)),
    "ghostnet": (images.ghostnet, (IMAGE,)),
    "convnext": (images.convnext, (IMAGE,)),
    "mlp_mixer": (images.mlp_mixer, (IMAGE,)),
    "repvgg": (images.repvgg, (IMAGE,)),
    "group_norm": (images.group_norm, (IMAGE,)),
    "prelu_face": (images.prelu_face, (IMAGE,)),
    "activations": (images.activations, ((1, 12),)),
    "capsule": (images.Capsule, ((1, 1, 8, 8),)),
    "topk_head": (images.topk_head, (IMAGE,)),
    "unet_bilinear": (dense.unet_bilinear, (IMAGE,)),
    "unet_transposed": (dense.unet_transposed, (IMAGE,)),
    "hourglass": (dense.hourglass, (IMAGE,)),
    "pyramid": (dense.Pyramid, (IMAGE,)),
    "gan_generator": (dense.gan_generator, ((1, 16, 1, 1),)),
    "style_transfer": (dense.style_transfer, (IMAGE,)),
    "super_resolution": (dense.super_resolution, ((1, 1, 8, 8),)),
    "focus": (dense.focus, (IMAGE,)),
    "autoencoder": (dense.autoencoder, (IMAGE,)),
    "yolo": (dense.Yolo, (IMAGE,)),
    "ssd": (dense.Ssd, (IMAGE,)),
    "blaze_face": (dense.BlazeFace, (IMAGE,)),
    "temporal": (sequences.temporal, ((1, 4, 32),)),
    "wave_net": (sequences.Gated, ((1, 4, 32),)),
    "heartbeat": (sequences.heartbeat, ((1, 1, 64),)),
    "upsampler": (sequences.upsampler, ((1, 8, 12),)),
    "glu": (sequences.glu, ((1, 12, 8),)),
    "point_net": (sequences.PointNet, ((1, 24, 3),)),
    "factorization": (sequences.Factorization, ((1, 6),)),
    "convolution_3d": (sequences.convolution_3d, ((1, 1, 6, 8, 8),)),
    "siamese": (sequences.Siamese, ((1, 16), (1, 16))),
    "forecast": (sequences.Forecast, ((1, 24, 3),)),
    "vit": (attention.vit, (IMAGE,)),
    "transformer_encoder": (attention.transformer_encoder, (TOKENS,)),
    "masked_attention": (attention.masked_attention, (TOKENS,)),
    "language": (attention.Language, (WORDS,)),
    "llama_block": (attention.llama_block, (TOKENS,)),
    "cross_attention": (attention.CrossAttention, (TOKENS, (1, 8, 16))),
    "linear_attention": (attention.LinearAttention, (TOKENS,)),
    "swin_windows": (attention.Windows, ((1, 8, 8, 16),)),
    "mobile_vit": (attention.MobileVit, (IMAGE,)),
    "conformer": (attention.Conformer, (TOKENS,)),
}
WORDS_OF = {"language": 30, "factorization": 40}  # inputs are indices below
IN_OLDER = ("convnext", "group_norm", "masked_attention")


def inputs(name: str) -> tuple[torch.Tensor, ...]:
    _, shapes = NETWORKS[name]
    if name in WORDS_OF:
        return tuple(torch.randint(WORDS_OF[name], shape) for shape in shapes)
    return tuple(torch.randn(shape) for shape in shapes)


def network(name: str) -> nn.Module:
    torch.manual_seed(SEED)
    model = NETWORKS[name][0]()
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and module.affine:
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
            module.momentum = None  # statistics are means
        if isinstance(module, nn.PReLU):
            nn.init.uniform_(module.weight, -0.1, 0.5)
    for module in model.modules():
        module.train(isinstance(module, nn.modules.batchnorm._BatchNorm))
    with torch.no_grad():
        for _ in range(SEEN):
            model(*inputs(name))
    return model.eval()


def export(name: str, path: Path, *, opset: int) -> None:
    model, example = network(name), inputs(name)
    names = [f"input{i}" for i in range(len(example))]
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of the older exporter's age
        torch.onnx.export(
            model, example, path, dynamo=opset == OPSET, opset_version=opset, input_names=names,
            external_data=False, verbose=False,
        )  # fmt: skip
    strip(path)


def strip(path: Path) -> None:
    """Leave out what only says where in Python a node comes from."""
    model = onnx.load(path)
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    del model.graph.metadata_props[:], model.graph.value_info[:]
    for tensor in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del tensor.metadata_props[:]
    onnx.save(model, path)


def main(wanted: list[str]) -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    logging.disable(logging.WARNING)
    for name in wanted or NETWORKS:
        export(name, MODELS / f"{name}.onnx", opset=OPSET)
        if name in IN_OLDER:
            export(name, MODELS / f"{name}_opset14.onnx", opset=OLDER)
        print(name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
