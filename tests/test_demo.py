"""`make demo`: the digits example on a simulated Cortex-M4, against ONNX Runtime."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from rich.console import Console

DIGITS = Path(__file__).parents[1] / "examples" / "digits"


@pytest.mark.usefixtures("arm_gcc", "qemu")
def test_the_demo_recognises_what_onnx_runtime_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = spec_from_file_location("demo", DIGITS / "demo.py")
    assert spec and spec.loader
    demo = module_from_spec(spec)
    spec.loader.exec_module(demo)
    monkeypatch.setattr(demo, "LIBRARY", tmp_path / "digits")
    console = Console(record=True, width=100, file=(tmp_path / "log").open("w"))
    demo.main(console)
    shown = console.export_text()

    options = onnxruntime.SessionOptions()  # optimised, it saturates on processors without VNNI
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(DIGITS / "digits_int8.onnx"), options)
    data = np.load(DIGITS / "images.npz")
    seen = [
        int(np.argmax(session.run(None, {"image": image[None]})[0])) for image in data["images"]
    ]
    right = int((np.array(seen) == data["labels"]).sum())
    assert right >= 18
    assert f"Recognised {right} of 20 on mps2-an386 in QEMU." in shown
    titles = re.findall(r"─ (\d)(?:, but is \d)? ─", shown)
    assert [int(title) for title in titles] == seen
    assert re.search(r"Flash: \d,\d{3} bytes", shown)
    assert re.search(r"RAM: +792 bytes", shown)
    assert (tmp_path / "digits" / "digits.h").exists()
