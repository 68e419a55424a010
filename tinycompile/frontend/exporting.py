"""Files of what networks are trained with: they are exported first, by a line to copy."""

import os
from pathlib import Path

KERAS = (
    "a Keras model",
    "import keras; keras.models.load_model({file}).export({onnx}, format='onnx')",
)
TORCH = (
    "a PyTorch file",
    "import torch; model = torch.load({file}, weights_only=False).eval(); "
    "torch.onnx.export(model, (torch.zeros(1, 3, 224, 224),), {onnx}, dynamo=True), "
    "with your input's shape; if the file has weights only, model is your class with them loaded",
)
FORMATS = {
    ".keras": KERAS,
    ".h5": KERAS,
    ".hdf5": KERAS,
    ".pt": TORCH,
    ".pth": TORCH,
    ".pt2": (
        "a program of torch.export",
        "import torch; torch.onnx.export(torch.export.load({file}), f={onnx}, dynamo=True)",
    ),
    ".pkl": (
        "a pickled model",
        "import joblib, skl2onnx; model = joblib.load({file}); "
        "made = skl2onnx.to_onnx(model, X[:1], options={{'zipmap': False}}); "
        "open({onnx}, 'wb').write(made.SerializeToString()), "
        "with X as the model was trained on, then --outputs probabilities",
    ),
    "/saved_model.pb": (
        "a saved model of TensorFlow",
        "import tensorflow as tf; "
        "open({tflite}, 'wb').write(tf.lite.TFLiteConverter.from_saved_model({file}).convert())",
    ),
}
FORMATS[".joblib"] = FORMATS[".pkl"]


def advice(path: Path) -> str | None:
    """What `path` is, and how to make of it what can be compiled; None if it is nothing of the kind."""
    folder = path.parent if path.name == "saved_model.pb" else path
    if os.path.isfile(folder / "saved_model.pb"):  # also of a name that is too long: no
        path, kind = folder, "/saved_model.pb"
    else:
        kind = path.suffix.lower()
    if kind not in FORMATS:
        return None
    what, line = FORMATS[kind]
    made = {name: repr(str(path.with_suffix(f".{name}"))) for name in ("onnx", "tflite")}
    return (
        f"{path}: {what}; export it first, in Python: {line.format(file=repr(str(path)), **made)}"
    )
