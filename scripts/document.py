"""Documents whose measured parts are written by programs and whose words are written by people.

A measured part lies between two comments, which stay: <!-- measured: NAME --> and <!-- end of NAME -->.
"""

import re
from pathlib import Path


def table(headings: list[str], rows: list[list[str]], numbers: int = 1) -> str:
    """A Markdown table; columns from the `numbers`th on are aligned to the right."""
    rules = ["---" if index < numbers else "---:" for index in range(len(headings))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [headings, rules, *rows])


def fill(path: Path, parts: dict[str, str]) -> None:
    """Replaces the measured parts of a document.

    Raises a KeyError for a part that the document has no place for, and for a place that gets nothing.
    """
    text = path.read_text()
    places = set(re.findall(r"<!-- measured: (.+?) -->", text))
    if places != parts.keys():
        raise KeyError(f"{path}: places {sorted(places)} and measured parts {sorted(parts)} differ")
    for name, content in parts.items():
        opening, closing = f"<!-- measured: {name} -->", f"<!-- end of {name} -->"
        pattern = re.escape(opening) + ".*?" + re.escape(closing)
        text = re.sub(pattern, lambda _: f"{opening}\n{content.strip()}\n{closing}", text, flags=re.DOTALL)
    path.write_text(text)
