"""What a page has, without a browser: its tables, its links, and whether tags are closed."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "path", "rect", "line"}
Attributes = list[tuple[str, str | None]]


class Tables(HTMLParser):
    """The cells of tables by the tables' ids (or their numbers), headings first."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.open: list[str] = []
        self.links: list[str] = []
        self.table = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.links += [str(v) for k, v in attrs if k in ("src", "href", "data", "action")]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.table = dict(attrs).get("id") or f"table {len(self.rows)}"
            self.rows[self.table] = []
        elif tag == "tr":
            self.rows[self.table].append([])
        elif tag in ("td", "th"):
            self.rows[self.table][-1].append("")

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        assert tag in VOID, tag

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.rows[self.table][-1][-1] += data


def cells(text: str, table: str) -> list[list[str]]:
    """Of the rows below the headings."""
    rows = Tables(text).rows[table][1:]
    return [[" ".join(cell.split()) for cell in row] for row in rows]
