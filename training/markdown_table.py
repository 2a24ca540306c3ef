"""Tables in Markdown."""


def row(cells) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def table(head: list, rows) -> list[str]:
    """Its lines."""
    return [row(head), "|" + " --- |" * len(head), *map(row, rows)]
