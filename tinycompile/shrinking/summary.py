"""What shrinking left out, and why, in the report."""

from typing import Any

from tinycompile.frontend.source import Source
from tinycompile.shrinking.record import Record, Work

NOTHING = Work(0, 0, 0)


def describe(record: Record, source: Source) -> dict[str, Any] | None:
    """Ready for JSON, pairs are before and after; None if nothing was left out."""
    layers = []
    for name, before in record.before.items():
        after = record.after.get(name, NOTHING)
        if before == after:
            continue
        row: dict[str, Any] = {
            "name": name,
            "source": source.origin(name),
            "macs": [before.macs, after.macs],
            "weight_bytes": [before.weight_bytes, after.weight_bytes],
            "channels": [before.channels, after.channels],
        }
        if name in record.channels:
            row["constant"], row["unread"] = record.channels[name].removed()
        layers.append(row)
    operators = [
        {"name": name, "source": source.origin(name), "why": why}
        for name, why in record.operators.items()
    ]
    if not layers and not operators:
        return None
    stages = record.before.values(), record.after.values()
    return {
        "macs": [sum(work.macs for work in stage) for stage in stages],
        "weight_bytes": [sum(work.weight_bytes for work in stage) for stage in stages],
        "layers": layers,
        "operators": operators,
    }


def lines(found: dict[str, Any]) -> list[str]:
    """The same for people."""
    text = [
        "Shrunk, the results being the same: {0[0]:,} MACs became {0[1]:,}, {1[0]:,} bytes of weights "
        "{1[1]:,}.".format(found["macs"], found["weight_bytes"])
    ]
    text += [f"  {row['source']}: {_words(row)}." for row in found["layers"]]
    return text + [f"  {row['source']}: {row['why']}." for row in found["operators"]]


def _words(row: dict[str, Any]) -> str:
    (channels, left), (macs, now), (size, bytes_) = (
        row[key] for key in ("channels", "macs", "weight_bytes")
    )
    why = [
        f"{row[kind]} {kind}" for kind in ("constant", "unread") if row.get(kind)
    ]  # of its own channels
    own = f"{left} of {channels} channels left ({', '.join(why)})" if why else "reads fewer"
    return f"{own}, {macs:,} MACs became {now:,}, {size:,} bytes {bytes_:,}"
