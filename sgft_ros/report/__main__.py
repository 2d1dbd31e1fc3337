"""Draw the picture of a run folder: `python -m sgft_ros.report RUN_FOLDER`."""

import argparse
from pathlib import Path
import sys

from sgft_ros.report.picture import draw


def main(args=None) -> int:
    """Draw report.png from summary.json and episodes.jsonl."""
    parser = argparse.ArgumentParser(prog='python -m sgft_ros.report', description=main.__doc__)
    parser.add_argument('run_folder', type=Path)
    try:
        print(draw(parser.parse_args(args).run_folder))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
