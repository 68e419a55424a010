"""What is refused: `refused.txt` for the tests, docs/onnx-operators.md for readers."""

import re
from collections import defaultdict
from pathlib import Path

import onnx

from tests.onnx_backend.cases import in_scope
from tests.onnx_backend.run import OK, Result
from tinycompile.frontend.onnx.importer import CONVERTED

NOTED = Path(__file__).parent / "refused.txt"
PAGE = Path(__file__).parents[2] / "docs" / "onnx-operators.md"
INTRODUCTION = """\
# ONNX operators

Written by `python -m tests.onnx_backend --write`: what becomes of ONNX's own operator tests
(`onnx.backend.test`), compiled and run on the machine that compiles. In scope are those whose shapes are
known before running, once axes, sizes and their like are constants; without strings, sequences, optionals,
training, random numbers, and floats or integers that numpy does not have (int4 apart).

{passed} of {count} cases pass, {whole} of {operators} operators pass all of theirs. Below are all operators
of ONNX, with what the compiler says of cases that do not pass; some have no case in scope.

| Operator | | Cases | Pass | Why not |
| --- | --- | --- | --- | --- |
"""
UNROLLED = ("Loop",)
UNKNOWN = "there is no converter for it"
BY_VALUES = "the size of its output depends on values"
TEXT, SEQUENCE, RANDOM = "text", "sequences and optionals", "random numbers"
WITHOUT_CASES = {
    "Compress": BY_VALUES, "NonMaxSuppression": BY_VALUES, "NonZero": BY_VALUES, "Unique": BY_VALUES,
    "RegexFullMatch": TEXT, "StringConcat": TEXT, "StringNormalizer": TEXT, "StringSplit": TEXT,
    "ImageDecoder": "pictures in files",
    "Optional": SEQUENCE, "ConcatFromSequence": SEQUENCE, "SplitToSequence": SEQUENCE,
    "Bernoulli": RANDOM, "Multinomial": RANDOM,
}  # fmt: skip


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
    names = {schema.name for schema in onnx.defs.get_all_schemas() if not schema.domain}
    rows = [row(name, groups.get(name, []), refused) for name in sorted(names | {*groups})]
    whole = sum(not any(name in refused for name in cases) for cases in groups.values())
    count = sum(map(len, groups.values()))
    return INTRODUCTION.format(
        passed=count - len(refused),
        count=count,
        whole=whole,
        operators=len(groups),
    ) + "".join(rows)


def row(operator: str, cases: list[str], refused: dict[str, str]) -> str:
    reasons = dict.fromkeys(refused[name] for name in cases if name in refused)
    passed = sum(name not in refused for name in cases)
    if not cases:
        return f"| {operator} | {without_cases(operator)} |\n"
    status = "yes" if not reasons else "in part" if passed else "no"
    why = re.sub("unsupported operators: [^;]*", UNKNOWN, "; ".join(reasons)).replace("|", "\\|")
    return f"| {operator} | {status} | {len(cases)} | {passed} | {why} |\n"


def without_cases(operator: str) -> str:
    """Status, and why, of an operator of which no case is in scope."""
    kind = next(
        (k for word, k in (("Sequence", SEQUENCE), ("Random", RANDOM)) if word in operator), ""
    )
    if why := WITHOUT_CASES.get(operator, kind):
        return f"no | | | {why}"
    if operator in UNROLLED:
        return "in part | | | of a known length: it is unrolled"
    return "untried | | | " if operator in CONVERTED else f"no | | | {UNKNOWN}"
