"""benchmarks/run, on the smallest model there is."""

import json
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / "run"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_example_on_one_core(arm_gcc: str, qemu: str, tmp_path: Path) -> None:
    output = tmp_path / "run.json"
    chosen = ["--only", "digits", "--target", "cortex-m7", "--kernels", "portable", "--no-peer"]
    done = run("--models", str(tmp_path), *chosen, "--json", str(output))
    assert done.returncode == 0, done.stderr
    data = json.loads(output.read_text())
    (line,) = data["results"]
    assert (line["model"], line["target"], line["kernels"]) == ("digits", "cortex-m7", "portable")
    assert line["instructions"] > line["macs"] > 0
    assert line["cycles_flash"] is None  # the target says nothing about its flash
    assert f"{line['instructions']:,}" in done.stdout
    (compilation,) = data["compilations"]
    assert 0.1 < compilation["seconds"] < 600
    assert 50 < compilation["peak_mib"] < 4000


def test_an_unknown_model_is_named_with_those_there_are(tmp_path: Path) -> None:
    done = run("--models", str(tmp_path), "--only", "kwz")
    assert done.returncode != 0
    assert "no model kwz (there are: digits" in done.stderr
    assert "Traceback" not in done.stderr
