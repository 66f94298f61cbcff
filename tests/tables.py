"""Tables as they are printed, read back."""


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a printed table by its headings, the totals last."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("layer "))
    last = next(i for i, line in enumerate(lines) if line.startswith("total"))
    wide = max(map(len, lines[first : last + 1]))
    table = [line.ljust(wide) for line in lines[first : last + 1]]
    cuts = gutters(table)
    cells = [[line[a:b].strip() for a, b in zip(cuts, [*cuts[1:], wide], strict=True)] for line in table]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]


def gutters(table: list[str]) -> list[int]:
    """Where columns begin: behind every two columns of characters that are blank in all lines."""
    blank = [all(line[i] == " " for line in table) for i in range(len(table[0]))]
    return [0, *(i for i in range(2, len(blank)) if blank[i - 2] and blank[i - 1] and not blank[i])]


def added(text: str, heading: str) -> tuple[int, int]:
    """(the sum of a column's numbers, its total): heads that only train and shared weights are not counted."""
    *each, total = rows(text)
    counted = [row[heading] for row in each if not row.get("head")]
    return sum(number(cell) for cell in counted if not cell.startswith("=")), number(total[heading])


def number(cell: str) -> int:
    """A number as it is printed; nothing is 0."""
    return int(cell.replace(",", "") or 0)
