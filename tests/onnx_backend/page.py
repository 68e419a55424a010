"""What is refused: `refused.txt` for the tests, docs/onnx-operators.md for readers."""

import re
from collections import defaultdict
from pathlib import Path

from tests.onnx_backend.cases import in_scope
from tests.onnx_backend.run import OK, Result

NOTED = Path(__file__).parent / "refused.txt"
PAGE = Path(__file__).parents[2] / "docs" / "onnx-operators.md"
INTRODUCTION = """\
# ONNX operators

Written by `python -m tests.onnx_backend --write`: what becomes of ONNX's own operator tests
(`onnx.backend.test`), compiled and run on the machine that compiles. In scope are those whose shapes are
known before running, once axes, sizes and their like are constants; without strings, sequences, optionals,
training, random numbers, and floats or integers that numpy does not have (int4 apart).

{passed} of {count} cases pass, {whole} of {operators} operators pass all of theirs. Below is the rest, with
what the compiler says.

| Operator | Cases | Pass | The others |
| --- | --- | --- | --- |
"""


def reason(words: str) -> str:
    """`words` without the names of nodes and tensors, to count by."""
    text = re.sub(r'^cannot compile (\w+ "[^"]*"(, | and )?)+: ', "", words.split("\n")[0])
    text = re.sub(r'^\w+ "[^"]*":? ', "", text)
    return re.sub(r"\"[^\"]*\"|'[^']*'", "...", text)


def write(found: list[Result]) -> None:
    refused = {r.case: reason(r.words) for r in found if r.status != OK}
    NOTED.write_text("".join(f"{name}: {why}\n" for name, why in sorted(refused.items())))
    PAGE.write_text(text(refused), encoding="utf-8")


def noted() -> dict[str, str]:
    """Case -> why it is refused, as it was when last noted."""
    lines = (line.partition(": ") for line in NOTED.read_text().splitlines())
    return {name: why for name, _, why in lines}


def text(refused: dict[str, str]) -> str:
    groups: dict[str, list[str]] = defaultdict(list)
    for case in in_scope()[0]:
        groups[case.operator].append(case.name)
    rows = []
    for operator, names in sorted(groups.items()):
        reasons = dict.fromkeys(refused[name] for name in names if name in refused)
        if reasons:
            passed = sum(name not in refused for name in names)
            why = "; ".join(reasons).replace("|", "\\|")
            rows.append(f"| {operator} | {len(names)} | {passed} | {why} |\n")
    count = sum(map(len, groups.values()))
    return INTRODUCTION.format(
        passed=count - len(refused),
        count=count,
        whole=len(groups) - len(rows),
        operators=len(groups),
    ) + "".join(rows)
