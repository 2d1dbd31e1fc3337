"""The directory that the log files of one launch are in."""

from datetime import datetime
import os
from pathlib import Path
import socket


def logging_directory() -> Path:
    """Return $ROS_LOG_DIR, else $ROS_HOME/log, else ~/.ros/log."""
    directory = os.environ.get('ROS_LOG_DIR')
    if not directory:
        home = os.environ.get('ROS_HOME') or os.path.join('~', '.ros')
        directory = os.path.join(home, 'log')
    return Path(os.path.normpath(os.path.expanduser(directory)))


def make_log_directory() -> Path:
    """
    Make a directory for the files of this launch, and let the link `latest` lead to it.

    :raises RuntimeError: if it cannot be made, naming the variable that moves it
    """
    base = logging_directory()
    while True:
        stamp = datetime.now().strftime('%Y-%m-%d-%H-%M-%S-%f')
        directory = base / f'{stamp}-{socket.gethostname()}-{os.getpid()}'
        try:
            directory.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise RuntimeError(
                f"cannot make the log directory '{directory}': {error.strerror}; "
                'set ROS_LOG_DIR to a directory that can be written') from error
        _link_latest(base / 'latest', directory)
        return directory


def _link_latest(link: Path, directory: Path):
    """Replace the link in one step, so that launches that start together do not collide."""
    temporary = link.with_name(f'.latest-{os.getpid()}')
    try:
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(directory, target_is_directory=True)
        temporary.replace(link)
    except OSError:
        temporary.unlink(missing_ok=True)  # somebody's own file `latest` stays as it is
