"""What networks are trained with is refused with the line that exports it."""

from pathlib import Path

import pytest

from tinycompile import frontend
from tinycompile.errors import InvalidModel

LINES = {
    "net.keras": r"a Keras model; .*: import keras; keras.models.load_model\('.*'\).export\('.*net.onnx'",
    "net.h5": "a Keras model; export it first, in Python: import keras; ",
    "net.pt": r"a PyTorch file; .*torch.onnx.export\(model, .*'.*net.onnx', dynamo=True\), with your",
    "net.PTH": "a PyTorch file; ",
    "net.pt2": r"torch.onnx.export\(torch.export.load\('.*net.pt2'\), f='.*net.onnx'",
    "net.pkl": r"a pickled model; .*to_onnx\(model, X\[:1\], .*'zipmap': False.*--outputs probabilities$",
    "net.joblib": "a pickled model; ",
    "saved_model.pb": r"a saved model of TensorFlow; .*tf.lite.TFLiteConverter.from_saved_model",
}


@pytest.mark.parametrize("name", LINES)
def test_the_refusal_has_the_line_to_copy(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"anything")
    with pytest.raises(InvalidModel, match=LINES[name]) as raised:
        frontend.kind(tmp_path / name)
    text = str(raised.value)
    assert "\n" not in text
    line = text.partition("in Python: ")[2]
    if ", with " not in line:
        compile(line, "<line>", "exec")


def test_a_saved_model_is_known_by_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "net.v1"
    folder.mkdir()
    with pytest.raises(InvalidModel, match="net.v1: a folder$"):
        frontend.kind(folder)
    (folder / "saved_model.pb").write_bytes(b"")
    with pytest.raises(InvalidModel, match=r"from_saved_model\('.*net.v1'\).convert"):
        frontend.kind(folder)
