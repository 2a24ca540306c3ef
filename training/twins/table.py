"""The twins' tables, as JSON and as Markdown."""

import json
from pathlib import Path

from markdown_table import table
from twins import grid
from twins.intervals import difference, half_width, mean

MEASURES = ("chrF", "BLEU", "loss")


def found_scores(work: Path) -> dict[str, list[dict]]:
    """By twin, the scores of its seeds that are there."""
    found = {}
    for twin in grid.TWINS:
        paths = [work / name / "scores.json" for name, _ in twin.runs()]
        found[twin.name] = [json.loads(path.read_text()) for path in paths if path.exists()]
    return found


def rows_of(scores: dict[str, list[dict]], speed: dict) -> dict[str, dict]:
    """By twin: parameters, means with half intervals, K/V bytes, ms a step."""
    values = {
        m: {name: [one[m] for one in some] for name, some in scores.items() if some}
        for m in MEASURES
    }
    rows = {}
    for twin in grid.TWINS:
        some = scores[twin.name]
        if not some:
            continue
        row = {
            "heads": twin.heads, "kv_heads": twin.kv_heads, "hidden": twin.hidden,
            "plain": twin.plain, "parameters": some[0]["parameters"], "seeds": len(some),
        }  # fmt: skip
        for measure in MEASURES:
            groups = list(values[measure].values())
            own = values[measure][twin.name]
            row[measure] = {
                "mean": mean(own), "half": half_width(groups, len(own)), "seeds": own,
            }  # fmt: skip
        measured = speed.get("models", {}).get(twin.name)
        if measured:
            row |= {"kv_bytes_per_token": measured["kvBytesPerToken"], "ms": measured["ms"]}
        rows[twin.name] = row
    return rows


def against(scores: dict[str, list[dict]], a: str, b: str) -> dict | None:
    """How much a is above b, by each measure."""
    if not scores[a] or not scores[b]:
        return None
    result = {"of": a, "against": b}
    for measure in MEASURES:
        groups = [[one[measure] for one in some] for some in scores.values() if some]
        pair = [[one[measure] for one in scores[name]] for name in (a, b)]
        value, half = difference(groups, *pair)
        result[measure] = {"difference": value, "half": half}
    return result


def shown(value: float, half: float | None, digits: int) -> str:
    return f"{value:.{digits}f}" + ("" if half is None else f" ± {half:.{digits}f}")


def markdown(tables: dict, differences: list[dict], cases: list, rounds: str) -> str:
    lines = [rounds, ""]
    for title, rows in tables.items():
        times = [f"ms a step at {context}, {n} at once" for context, n in cases]
        head = ["H", "G", "feed-forward", "parameters", "seeds", "chrF", "BLEU", "loss"]
        head += ["K/V bytes a token", *times]
        cells_of = []
        for row in rows:
            cells = [row["heads"], row["kv_heads"], row["hidden"], f"{row['parameters']:,}"]
            cells += [row["seeds"]]
            for measure, digits in (("chrF", 2), ("BLEU", 2), ("loss", 3)):
                cells.append(shown(row[measure]["mean"], row[measure]["half"], digits))
            cells.append(f"{row['kv_bytes_per_token']:,.0f}" if "ms" in row else "")
            cells += [f"{ms:.3f}" for ms in row.get("ms", [])]
            cells_of.append(cells)
        lines += [f"**{title.capitalize()}**", "", *table(head, cells_of), ""]
    for one in differences:
        chrf, loss = one["chrF"], one["loss"]
        lines.append(
            f"- {one['of']} less {one['against']}: chrF {shown(chrf['difference'], chrf['half'], 2)}, "
            f"loss {shown(loss['difference'], loss['half'], 3)}"
        )
    return "\n".join(lines) + "\n"


def write(work: Path, steps: int, tokens: int) -> None:
    """twins.json and twins.md in the work folder."""
    scores = found_scores(work)
    path = work / "speed.json"
    speed = json.loads(path.read_text()) if path.exists() else {"cases": []}
    rows = rows_of(scores, speed)
    tables = {
        title: [rows[twin.name] for twin in twins if twin.name in rows]
        for title, twins in grid.TABLES.items()
    }
    pairs = [("h8-g1", "h8-g8"), ("h8-g1", "h1-g1"), ("h8-g1", "h1-g1-plain")]
    differences = [d for d in (against(scores, a, b) for a, b in pairs) if d]
    budget = (
        f"{steps} steps of {tokens} tokens each; dev.tsv, greedy. ± is half of a 95 % interval over seeds, by Student's t "
        "with the scatter of all twins pooled; the seeds share the data, so it says nothing of other data. "
        "Times are the best of interleaved rounds."
    )
    written = {
        "steps": steps, "tokens": tokens, "twins": rows, "differences": differences,
        "speed": {key: value for key, value in speed.items() if key != "models"},
    }  # fmt: skip
    (work / "twins.json").write_text(json.dumps(written, indent=1) + "\n")
    (work / "twins.md").write_text(markdown(tables, differences, speed["cases"], budget))
