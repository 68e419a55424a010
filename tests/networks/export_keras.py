"""Export Keras's MultiHeadAttention as .tflite files into models/, in the four formats of TFLite's converter.

Ours, with random weights; the batch is fixed, as it is for a microcontroller. Needs TensorFlow:

    python -m tests.networks.export_keras
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import tensorflow as tf

MODELS = Path(__file__).parent / "models"
SHAPE = (1, 6, 32)
HEADS, KEY = 4, 8
SAMPLES = 50
FORMATS = {
    "float": None,
    "dynamic": None,  # weights of int8, activations of float
    "int8": tf.lite.OpsSet.TFLITE_BUILTINS_INT8,
    "int16": tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
}


def samples() -> Iterator[list[np.ndarray]]:
    rng = np.random.default_rng(0)
    for _ in range(SAMPLES):
        yield [rng.normal(size=SHAPE).astype(np.float32)]


def converted(saved: str, kind: str) -> bytes:
    converter = tf.lite.TFLiteConverter.from_saved_model(saved)
    if kind != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if operators := FORMATS[kind]:
        converter.representative_dataset = samples
        converter.target_spec.supported_ops = [operators]
    if kind == "int8":
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return bytes(converter.convert())


def main() -> None:
    tf.keras.utils.set_random_seed(0)
    x = tf.keras.Input(SHAPE[1:], batch_size=1)
    model = tf.keras.Model(x, tf.keras.layers.MultiHeadAttention(HEADS, KEY)(x, x))
    with TemporaryDirectory() as saved:
        archive = tf.keras.export.ExportArchive()
        archive.track(model)
        archive.add_endpoint("serve", model.call, [tf.TensorSpec(SHAPE, tf.float32)])
        archive.write_out(saved, verbose=False)
        for kind in FORMATS:
            (MODELS / f"keras_attention_{kind}.tflite").write_bytes(converted(saved, kind))


if __name__ == "__main__":
    main()
