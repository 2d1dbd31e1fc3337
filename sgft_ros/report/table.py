"""Tables as text or Markdown."""


def table(header, rows, markdown=False) -> str:
    """Return rows of texts as a table; Markdown is the same with bars."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    left, between, right = ('| ', ' | ', ' |') if markdown else ('', '  ', '')
    lines = [(left + between.join(cell.ljust(width) for cell, width in zip(row, widths))
              + right).rstrip() for row in cells]
    rule = between.join('-' * width for width in widths)
    return '\n'.join([lines[0], left + rule + right, *lines[1:]])
