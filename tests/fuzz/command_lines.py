"""Odd command lines, places, files and signals: nothing of others is destroyed, nothing half written."""

import encodings.cp437  # noqa: F401  while the child can still read Python's own files
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.fuzz import odd_words, processes
from tests.fuzz.choices import Choices
from tests.fuzz.outcome import Outcome

NOBODY = processes.nobody()
PORTABLE = ["--kernels", "portable"]
PLACES = [
    "fresh",
    "deep/er/still",
    "foreign",
    "empty",
    "file",
    "link-foreign",
    "link-file",
    "fifo/x",
]
PLACES += [
    "link-dangling",
    "link-loop",
    "unwritable/x",
    "unwritable",
    "repo",
    "repo/sub",
    ".",
    "..",
]
PLACES += [
    "../..",
    "fresh/",
    "fresh/.",
    "fresh/..",
    "a/../../work/b",
    "",
    " ",
    "~",
    "~/x",
    "-",
    "--",
]
PLACES += ["n" * 255, "n" * 256, "n" * 5000, "x\ny", "x\ty", "\u00fc\u65e5", "[red]", "/dev/null"]
PLACES += ["/dev/null/x", "/proc/x", "fifo", "file/x", "m.tflite", ".hidden", "/"]
MODELS = ["missing.onnx", "file", "foreign", "fifo", "link-loop", "link-dangling", "/dev/null", ""]
MODELS += [
    ".",
    "d.onnx",
    "a" * 5000 + ".onnx",
    "[red]x[/red].onnx",
    "folder.toml",
    "/dev/zero.onnx",
]
NAMES = [
    "m.TFLITE",
    "\u00fc.tflite",
    "int.tflite",
    "1.tflite",
    "....tflite",
    "a b.tflite",
    ".tflite",
]
NAMES += ["tc_x.tflite", "\n.tflite", "a" * 240 + ".tflite"]
DAMAGE = ["{", "[]", '{"files": 3}', '{"files": null}', '{"files": [["x"]]}', "\xff", "null"]
DAMAGE += ['{"files": ["../../precious.txt"]}']
MINE = "int mine;\n"  # what a user puts into an output folder


@dataclass
class Trial:
    """A folder, and a command line to run in it."""

    choices: Choices
    root: Path
    logs: Path
    words: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    written: str = "work/out"  # where a success may write

    @property
    def work(self) -> Path:
        return self.root / "work"

    def run(self, words: Sequence[str], **more: object) -> processes.Ended:
        environment = {"HOME": str(self.work), **self.environment}
        user = None if "--verify" in words else NOBODY  # who may not start Python again
        return processes.run(
            words,
            self.work,
            self.logs,
            environment=environment,
            user=user,
            **more,  # type: ignore[arg-type]
        )

    def hand_over(self) -> None:
        """All of it belongs to the user who runs the command line."""
        for path in [self.root, *self.root.rglob("*")]:
            if os.getuid() == 0 and NOBODY:
                os.lchown(path, NOBODY, NOBODY)
        os.chmod(self.work / "unwritable", 0o555)


# What is tried.


def place(trial: Trial) -> None:
    where = trial.choices.one_of(PLACES)
    trial.words = ["m.tflite", f"--output={where}", *PORTABLE]
    trial.written = os.path.relpath(os.path.realpath(trial.work / where), trial.root)


def earlier_output(trial: Trial) -> None:
    """A folder that the compiler wrote before, and what has become of it."""
    trial.hand_over()
    assert trial.run(["m.tflite", "-o", "out", *PORTABLE]).status == 0
    out = trial.work / "out"
    how = trial.choices.one_of(["same", "added", "edited", "damaged", "link", "read-only", "other"])
    if how == "added":
        (out / "sub").mkdir()
        (out / "sub" / "mine.c").write_text(MINE)
        (out / "mine.c").write_text(MINE)
    elif how == "edited":
        (out / "examples" / "main.c").write_text(MINE)
    elif how == "damaged":
        (out / "m.json").write_text(trial.choices.one_of(DAMAGE))
    elif how == "link":
        (out / "m.h").unlink()
        os.symlink("../../precious.txt", out / "m.h")
    elif how == "read-only":
        os.chmod(out, 0o555)
    trial.words = ["f.onnx" if how == "other" else "m.tflite", "-o", "out", *PORTABLE]


def options(trial: Trial) -> None:
    choices = trial.choices
    trial.words = [choices.one_of(["m.tflite", "m.tflite", "f.onnx", "d.onnx"]), "-o", "out"]
    for _ in range(choices.between(1, 4)):
        option = choices.one_of(odd_words.OPTIONS)
        values = odd_words.OPTIONS[option]
        trial.words += [option] if values is None else [option, choices.one_of(values)]


def several(trial: Trial) -> None:
    """Models in one folder, for packages; names that are those of others, or of files."""
    choices = trial.choices
    models = [
        choices.one_of(["m.tflite", "m.tflite", "f.onnx", "d.onnx", "missing.onnx"]) for _ in "12"
    ]
    names = [
        choices.one_of(["m", "n", "M", "out", "m_weights", "test", "zephyr", "all"]) for _ in "12"
    ]
    where = choices.one_of(["out", "out", "out", "foreign", "file", ".", "/"])
    trial.words = [*models, f"--output={where}", *PORTABLE]
    trial.words += [word for name in names for word in ("--name", name)]
    for _ in range(choices.between(0, 2)):
        trial.words += ["--export", choices.one_of(odd_words.OPTIONS["--export"] or [])]
    trial.written = os.path.relpath(os.path.realpath(trial.work / where), trial.root)


def target(trial: Trial) -> None:
    choices = trial.choices
    targets = [*odd_words.TARGETS, *odd_words.TOML]
    trial.words = [
        choices.one_of(["m.tflite", "f.onnx"]),
        "-o",
        "out",
        "-t",
        choices.one_of(targets),
    ]


def quantize(trial: Trial) -> None:
    choices = trial.choices
    data = odd_words.calibrations(choices, trial.work)
    good = ["good.npy", "labels0.npz", "images", "module:good", "random"]
    trial.words = ["f.onnx", "-o", "out", *PORTABLE, "--quantize", choices.one_of(data)]
    odd = {o: odd_words.NUMBERS for o in ("--max-drop", "--prune", "--cluster")} | odd_words.IMAGES
    if choices.chance(0.5):  # one odd thing at a time, so that it is reached
        option = choices.one_of(odd)
        trial.words[-1:] = [choices.one_of(good), option, choices.one_of(odd[option])]


def inputs(trial: Trial) -> None:
    choices, work = trial.choices, trial.work
    shapes = [(1, 4, 4, 2), (3, 1, 4, 4, 2), (4, 4, 2), (0, 1, 4, 4, 2), (32,)]
    values = choices.random.integers(-128, 127, choices.one_of(shapes))
    np.save(work / "i.npy", values.astype(choices.one_of([np.int8, np.int8, np.float32, np.uint8])))
    np.savez(work / "i.npz", **{choices.one_of(["x", "y"]): np.zeros((1, 4, 4, 2), np.int8)})
    np.save(work / "o.npy", np.array([None, 1], object), allow_pickle=True)
    (work / "z.npz").write_bytes(b"PK\x03\x04zzzz")
    files = ["i.npy", "i.npy", "i.npz", "o.npy", "z.npz", "missing", ".", "/dev/null", ""]
    trial.words = ["m.tflite", "-o", "out", *PORTABLE, "--verify", "--runs", "1"]
    trial.words += ["--inputs", choices.one_of(files)]


def environment(trial: Trial) -> None:
    trial.environment = trial.choices.one_of(odd_words.ENVIRONMENTS)
    trial.words = [trial.choices.one_of(["m.tflite", "f.onnx"]), "-o", "out", "--explain"]


def model(trial: Trial) -> None:
    if trial.choices.chance(0.5):
        name = trial.choices.one_of(NAMES)
        (trial.work / name).write_bytes(odd_words.int8_model())
    else:
        name = trial.choices.one_of(MODELS)
    trial.words = [*PORTABLE, "-o", "out", "--", name]


TRIALS = {place: 3, earlier_output: 3, options: 3, several: 2, target: 1, quantize: 3, inputs: 1}
TRIALS |= {environment: 0.5, model: 1}


def outcomes(seeds: Sequence[int], folder: Path, size: int | None = None) -> Iterator[Outcome]:
    import tinycompile.__main__
    import tinycompile.command_line.listings
    import tinycompile.pipeline
    import tinycompile.report.tables  # noqa: F401  before the children are forked

    for seed in seeds:
        place_ = Path(tempfile.mkdtemp(prefix="fuzz-"))
        place_.chmod(0o755)
        try:
            trial = Trial(Choices(8, seed), place_ / "root", place_)
            trial.work.mkdir(parents=True)
            (trial.root / "precious.txt").write_text("precious")
            odd_words.lay_out(trial.work)
            yield Outcome(seed, *(interrupted if seed % 5 == 4 else tried)(trial))
        finally:
            for path in place_.rglob("unwritable"):
                path.chmod(0o755)
            shutil.rmtree(place_)


def tried(trial: Trial) -> tuple[str, str]:
    trial.choices.weighted(TRIALS)(trial)
    trial.hand_over()
    before = processes.tree(trial.root)
    ended = trial.run(trial.words)
    after = processes.tree(trial.root)
    if (trial.work / "out").is_dir():
        (trial.work / "out").chmod(0o755)
    gone = [n for n, was in before.items() if was[0] == "file" and after.get(n) != was]
    theirs = [n for n in gone if not n.startswith("work/out/") or before[n][1] == MINE.encode()]
    if theirs:
        return "destroyed", f"{theirs[:4]} by {trial.words}"
    changes = [n for n in processes.changed(before, after) if not n.startswith("work/ir")]
    if ended.status == 0 and trial.environment:
        ended = processes.Ended(0, ended.out, "", ended.hung, ended.megabytes)  # colours, spinners
    status, why = processes.judge(ended, changes, trial.written)
    if status == "ok" and (half := incomplete(trial.work / "out")):
        return "half written", f"{half} by {trial.words}"
    return status, why if status == "refused" else f"{why} by {trial.words}"


def incomplete(folder: Path) -> str | None:
    """What a folder that should be whole lacks."""
    for path in folder.glob("*.json"):
        listed = json.loads(path.read_text())["files"]
        if missing := [name for name in listed if not (folder / name).exists()]:
            return f"{missing[:3]} missing"
    return None


def interrupted(trial: Trial) -> tuple[str, str]:
    """A signal while it compiles, or while it writes over what it wrote before."""
    choices = trial.choices
    trial.hand_over()
    had = choices.chance(0.7)
    words = ["m.tflite", "-o", "out", *PORTABLE]
    if had:
        assert trial.run(words).status == 0
    number = choices.one_of([signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
    writing, delay = choices.chance(0.6), choices.random.uniform(0, 0.8)
    sent: list[float] = []

    def send(child: int, elapsed: float) -> None:
        now = any(trial.work.glob(".out.*")) if writing else elapsed > delay
        if now and not sent:
            sent.append(elapsed)
            with suppress(ProcessLookupError):
                os.kill(child, number)

    ended = trial.run([*words, "--ram", "63K"], during=send)
    if "Traceback (most recent call last)" in ended.err:
        return "traceback", f"{number.name}: {processes.innermost(ended.err)}"
    out, left = trial.work / "out", list(trial.work.glob(".out.*"))
    if left and number != signal.SIGKILL:
        return "left behind", f"{left[0].name} after {number.name}"
    if had and not out.is_dir():
        return "destroyed", f"the folder that was there before, by {number.name}"
    if out.is_dir() and (half := incomplete(out)):
        return "half written", f"{half} after {number.name}"
    return "ok", ""
