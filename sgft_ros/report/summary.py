"""The file summary.json of a run folder."""

import json
from pathlib import Path

from sgft_ros.learning.checkpoint import write_atomically

SUMMARY_FILE = 'summary.json'


def write_summary(folder: Path, summary: dict) -> None:
    """
    Write summary.json, whole or not at all.

    :raises OSError: if the disk refuses
    """
    content = json.dumps(summary, indent=2) + '\n'
    write_atomically(Path(folder) / SUMMARY_FILE, content.encode())


def read_summary(folder: Path) -> dict:
    """
    Return what summary.json says.

    :raises OSError: if there is none
    :raises ValueError: if it is not JSON; the message names it
    """
    path = Path(folder) / SUMMARY_FILE
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f'{path}: expected JSON: {error}') from None
