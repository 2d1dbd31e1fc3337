"""Findings for people: a table where there is a terminal, else lines."""

from collections import Counter
from collections.abc import Sequence

from rich.box import HORIZONTALS
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sgft_ros.check.findings import Finding, Level

LONGEST = max(len(level.name) for level in Level)
LEAST_WIDTH = 100  # of a terminal, below which columns would be too narrow


def show(findings: Sequence[Finding], console: Console) -> None:
    """Print one row per finding, and how many there are of each level."""
    if console.is_terminal and console.width >= LEAST_WIDTH:
        console.print(_table(findings))
    else:
        for finding in findings:
            console.print(_lines(finding), soft_wrap=True, highlight=False)
    console.print(summary(findings), highlight=False, soft_wrap=True)


def summary(findings: Sequence[Finding]) -> str:
    """Return the counts, and what follows from them."""
    counts = Counter(finding.level for finding in findings)
    told = ', '.join(f'{counts[level]} {word(level)}' for level in sorted(Level, reverse=True))
    return f'\n{told}: ' + (
        'put the red ones right before a run' if counts[Level.RED] else
        'look at the yellow ones before a run' if counts[Level.YELLOW] else 'ready')


def word(level: Level) -> str:
    """Return the level as it is printed: a word, as not everybody sees colours."""
    return level.name.lower()


def _table(findings):
    table = Table(box=HORIZONTALS, show_lines=True)
    for column in ('', 'looked at', 'expected', 'found', 'what to do'):
        table.add_column(column, overflow='fold')
    for finding in findings:
        texts = (finding.subject, finding.expected, finding.found, finding.advice)
        table.add_row(_coloured(finding.level), *map(escape, texts))
    return table


def _lines(finding):
    gap = ' ' * (LONGEST - len(word(finding.level)))
    head = (f'{_coloured(finding.level)}{gap} {escape(finding.subject)}: expected '
            f'{escape(finding.expected)}; found {escape(finding.found)}')
    return f'{head}\n{" " * LONGEST} to do: {escape(finding.advice)}' if finding.advice else head


def _coloured(level):
    return f'[bold {word(level)}]{word(level)}[/]'
