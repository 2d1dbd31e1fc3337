"""Which folder may become, or already is, that of a run."""

import fnmatch
from pathlib import Path

from sgft_ros.nodes.folder_lock import LOCK_FILE
from sgft_ros.nodes.run_record import RUN_FILE

PARAMETERS_FILE = 'parameters.yaml'
# What a launch leaves that ended before it had written run.yaml.
LEFT = (LOCK_FILE, PARAMETERS_FILE, f'.{PARAMETERS_FILE}.*.tmp', f'.{RUN_FILE}.*.tmp')
SHOWN = 3  # files that the message names


def check_run_folder(folder: Path) -> None:
    """
    Refuse what is neither a run, nor empty, nor yet to be made.

    :raises ValueError: naming the argument run_folder, and what is there
    """
    try:
        names = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise ValueError(f'run_folder: expected a folder, got {folder}, which is none') from None
    except OSError as error:
        raise ValueError(f'run_folder: {folder} cannot be read: {error.strerror}') from None
    if RUN_FILE in names:
        return
    others = [name for name in names if not any(fnmatch.fnmatch(name, left) for left in LEFT)]
    if others:
        more = ', ...' if len(others) > SHOWN else ''
        raise ValueError(
            f'run_folder: expected a new or empty folder, or that of a run, with its {RUN_FILE}; '
            f'{folder} has none, but {", ".join(others[:SHOWN])}{more}')
