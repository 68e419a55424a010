"""The command line's `main` in a forked child, within limits, and what to think of how it ended."""

import os
import re
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

CPU = 60  # seconds
WALL = 240.0  # seconds
MEMORY = 4 << 30  # bytes

Tree = dict[str, tuple[Any, ...]]


def nobody() -> int | None:
    """Who runs odd command lines, so that permissions mean something; None where that user reads nothing."""
    needed = [Path(__file__).resolve(), Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()]
    places = {place for path in needed for place in path.parents}
    return 65534 if all(place.stat().st_mode & 0o005 == 0o005 for place in places) else None


@dataclass(frozen=True)
class Ended:
    status: int  # of the process; negative: the signal that killed it
    out: str
    err: str
    hung: bool
    megabytes: float


def run(
    words: Sequence[str],
    folder: Path,
    logs: Path,
    *,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
    during: Callable[[int, float], None] | None = None,
) -> Ended:
    """`tinycompile WORDS` in `folder`; `during` sees the child's number and the seconds so far."""
    child = os.fork()
    if child == 0:
        in_the_child(words, folder, logs, environment or {}, user)
    since, hung = time.monotonic(), False
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            break
        elapsed = time.monotonic() - since
        if during:
            during(child, elapsed)
        if elapsed > WALL:
            hung = True
            os.killpg(child, signal.SIGKILL)
            _, status, usage = os.wait4(child, 0)
            break
        time.sleep(0.005)
    code = os.waitstatus_to_exitcode(status)
    texts = [(logs / name).read_text(errors="replace") for name in ("stdout", "stderr")]
    hung = hung or code == -signal.SIGXCPU
    return Ended(code, *texts, hung, usage.ru_maxrss / 1024)


def in_the_child(
    words: Sequence[str],
    folder: Path,
    logs: Path,
    environment: Mapping[str, str],
    user: int | None,
) -> None:
    status: Any = 70
    try:
        os.setpgid(0, 0)
        for stream, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(logs / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(folder)
        os.environ.update(environment)
        limit(user, memory="--verify" not in words)  # sanitizers reserve all there is
        status = main(words)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
        status = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def limit(user: int | None, memory: bool) -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 5))
    if user and os.getuid() == 0:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)


def main(words: Sequence[str]) -> int:
    from tinycompile import __main__ as command_line
    from tinycompile.command_line import progress

    sys.stdout = os.fdopen(1, "w", closefd=False, encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", closefd=False, encoding="utf-8", errors="backslashreplace")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    progress.PATIENCE = inf  # one line of error is all that may be said there
    sys.argv = ["tinycompile", *words]
    sys.dont_write_bytecode = True  # of calibration modules
    return command_line.main()


def tree(root: Path) -> Tree:
    """All that lies in `root`, with contents."""
    found: Tree = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = ("link", os.readlink(path))
        elif path.is_file():
            found[name] = ("file", path.read_bytes())
        else:
            found[name] = ("folder" if path.is_dir() else "other",)
    return found


def changed(before: Tree, after: Tree) -> list[str]:
    return sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n))


def judge(ended: Ended, changes: Sequence[str], allowed: str) -> tuple[str, str]:
    """The status of an outcome, and why. A success writes below `allowed`, an error nowhere."""
    lines = ended.err.strip().splitlines() or [""]
    if ended.hung:
        return "hang", f"status {ended.status}"
    if ended.megabytes > MEMORY / 2**20:
        return "memory", f"{ended.megabytes:.0f} MB"
    if ended.status < 0:
        return "crash", f"signal {-ended.status}: {lines[-1][:200]}"
    if "Traceback (most recent call last)" in ended.err:
        return "traceback", innermost(ended.err)
    outside = [n for n in changes if n != allowed and not n.startswith(f"{allowed}/")]
    if ended.status == 0:
        if outside or ended.err.strip():
            return "noise", f"{outside[:4]} {ended.err[:300]!r}"
        return "ok", ""
    if ended.status not in (1, 2):
        return "odd status", f"{ended.status}: {lines[-1][:300]}"
    if not ended.err.startswith("error: ") or ended.err.count("\n") != 1 or ended.out.strip():
        return "not one line", repr(ended.err[:300] + ended.out[:100])
    if any(ord(character) < 32 or ord(character) == 127 for character in ended.err[:-1]):
        return "control characters", repr(ended.err[:300])
    if changes:
        return "left behind", f"{changes[:4]}"
    return "refused", ended.err.strip().removeprefix("error: ")


def innermost(trace: str) -> str:
    """The last place in the project that a traceback names, and the error."""
    lines = trace.splitlines()
    ours = [line for line in lines if "/tinycompile/" in line or "/passes/" in line] or ["?"]
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Interrupt)\b", line)]
    return f"{ours[-1].strip().split('/')[-1]}: {(errors or lines)[-1][:300]}"
