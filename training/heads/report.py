"""The study of the heads as Markdown."""

from markdown_table import table


def role(found: dict, alignment: list[list[float]], layer: int, head: int) -> str:
    """What a head mostly does, where it mostly does one thing."""
    named = {
        "aligns": alignment[layer][head] if alignment else 0.0,
        "first token": found["first token"][layer][head],
        "the one before": found["the one before"][layer][head],
        "itself": found["itself"][layer][head],
        "the same token": found.get("the same token, earlier", {layer: {head: 0}})[layer][head],
    }
    name, value = max(named.items(), key=lambda item: item[1])
    return name if value >= 0.5 else "mixed"


def heads_table(result: dict) -> list[str]:
    found, aligned = result["roles"], result["alignment"].get("heads", [])
    removal = result["removal"]
    rows = []
    for layer, shares in enumerate(found["itself"]):
        for head in range(len(shares)):
            cells = [layer, head, role(found, aligned, layer, head)]
            cells.append(f"{aligned[layer][head]:.2f}" if aligned else "")
            cells += [f"{found[name][layer][head]:.2f}" for name in found]
            cells.append(f"{removal['chrF_lost'][layer][head]:.2f}")
            cells.append(f"{removal['loss_gained'][layer][head]:.4f}")
            rows.append(cells)
    columns = ["layer", "head", "mostly", "alignment", *found, "chrF lost", "loss gained"]
    return table(columns, rows)


def layers_table(result: dict) -> list[str]:
    aligned = result["alignment"].get("scores", [])
    rows = []
    for layer, bits in enumerate(result["between_heads"]["layers"]):
        word = result["word"]["between_heads"][layer]
        share = f"{aligned[layer]:.2f}" if aligned else ""
        rows.append([layer, f"{bits:.3f}", f"{word:.3f}", share])
    return table(
        ["layer", "heads apart, bits", "readers of the word apart, bits", "alignment"], rows
    )


def word_table(result: dict) -> list[str]:
    word = result["word"]
    title = f"“{word['sentence']}” → “{word['translation']}”. Who gives “{word['word']}” most of its attention, and how much:"
    heads = range(len(word["most_by"][0]))
    rows = [
        [layer, *(f"{most[h]} {max(word['read_by'][layer][h]):.2f}" for h in heads)]
        for layer, most in enumerate(word["most_by"])
    ]
    return [title, "", *table(["layer", *(f"head {h}" for h in heads)], rows)]


def distance_table(name: str, found: dict) -> list[str]:
    rows = [*enumerate(found["layers"]), ("read evenly", found["even"])]
    cells = [[title, *(f"{share:.3f}" for share in shares)] for title, shares in rows]
    title = f"**{name}**, {found['texts']} texts"
    return [title, "", *table(["layer", *found["bins"]], cells)]


def markdown(result: dict) -> str:
    removal = result["removal"]
    parts = [
        [f"# What the queries of {result['model']} do", ""],
        [
            "“Heads apart” is the mean Jensen-Shannon divergence of every two heads' rows, the first token left out: 0 "
            "reads alike, 1 reads nothing in common. Shares are means over all rows of "
            f"{result['texts']} sentences and the model's own translations; “alignment” is the share of words whose translation "
            "reads them most (alignment.py). A head is named for what has at least half. Removed heads are scored on "
            f"{removal['rows']['chrF']} (chrF, whole {removal['whole']['chrF']:.2f}) and {removal['rows']['loss']} rows "
            f"(loss, whole {removal['whole']['loss']:.4f}); differences of chrF of a few tenths are chance.",
            "",
        ],
        ["## Layers", "", *layers_table(result), ""],
        ["## Heads", "", *heads_table(result), ""],
        [f"## How “{result['word']['word']}” is read", "", *word_table(result), ""],
        ["## Weight by distance", ""],
    ]
    for name, found in result["distance"].items():
        parts.append([*distance_table(name, found), ""])
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"
