import re
import sys
from collections import Counter, defaultdict

import click

from tests.onnx_backend import page
from tests.onnx_backend.cases import in_scope
from tests.onnx_backend.run import OK, REFUSED, Result, results


@click.command()
@click.option("--only", help="A regular expression over names and operators of cases.")
@click.option("--jobs", default=1, show_default=True)
@click.option("--write", is_flag=True, help="Note what is refused, and write the docs' page.")
@click.option("--verbose", is_flag=True, help="A line for each case that does not pass.")
def main(only: str | None, jobs: int, write: bool, verbose: bool) -> None:
    cases, left_out = in_scope()
    print(f"{len(cases)} cases in scope; left out: {dict(left_out.most_common())}")
    chosen = [c for c in cases if not only or re.search(only, f"{c.name} {c.operator}")]
    found = []
    for result in results(chosen, jobs):
        found.append(result)
        if result.status not in (OK, REFUSED) or (verbose and result.status != OK):
            print(
                f"{result.case} ({result.operator}) {result.status}: {result.stage}: {result.words}"
            )
    summarise(found)
    if write and not only:
        page.write(found)
    sys.exit(any(result.status not in (OK, REFUSED) for result in found))


def summarise(found: list[Result]) -> None:
    by_operator: dict[str, list[Result]] = defaultdict(list)
    for result in found:
        by_operator[result.operator].append(result)
    for operator, every in sorted(by_operator.items(), key=lambda item: (-short(item[1]), item[0])):
        if short(every):
            reasons = Counter(
                (r.status, r.stage, page.reason(r.words)) for r in every if r.status != OK
            )
            (status, stage, why), _ = reasons.most_common(1)[0]
            print(
                f"{operator:28} {len(every) - short(every)}/{len(every)}  {status}, {stage}: {why}"
            )
    counts = Counter(result.status for result in found)
    stages = Counter(result.stage for result in found if result.status == REFUSED)
    passing = sum(not short(every) for every in by_operator.values())
    print(f"{len(found)} cases: {dict(counts)}; refused while {dict(stages)}")
    share, whole = counts[OK] / max(len(found), 1), f"{passing} of {len(by_operator)}"
    print(f"{share:.1%} pass; operators that pass whole: {whole}")


def short(every: list[Result]) -> int:
    return sum(result.status != OK for result in every)


if __name__ == "__main__":
    main()
