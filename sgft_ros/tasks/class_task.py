"""A task of one's own that is a class in Python: found, made, and checked member by member."""

from collections.abc import Sequence
from importlib import import_module
from numbers import Integral, Real
from pathlib import Path

from sgft_ros.tasks.load_file import load_file


def _is_text(value):
    return isinstance(value, str) and bool(value)


def _are_texts(value):
    return (isinstance(value, Sequence) and not isinstance(value, str) and bool(value)
            and all(map(_is_text, value)))


def _is_discount(value):
    return isinstance(value, Real) and not isinstance(value, bool) and 0.0 < value <= 1.0


def _is_count(value):
    return isinstance(value, Integral) and not isinstance(value, bool) and value >= 1


MEMBERS = {  # of a task: what is expected of it, and whether a value is that
    'name': ('a text that is not empty', _is_text),
    'gamma': ('a number > 0 and <= 1', _is_discount),
    'max_steps': ('an integer >= 1', _is_count),
    'value_terms': ('a tuple or list of texts, at least one', _are_texts),
    'evaluate': ('a function of the raw observation', callable),
}


def find_class_task(name: str):
    """
    Return a task of the class `module:Class` or `path/to/file.py:Class`.

    :raises ValueError: if it cannot be made, or is no task; the message says what was expected
    """
    where, _, class_name = name.rpartition(':')
    try:
        module = load_file(Path(where)) if where.endswith('.py') else import_module(where)
    except Exception as error:  # whatever the module raises belongs to its author
        raise ValueError(f'task {name!r}: {where} cannot be imported: '
                         f'{type(error).__name__}: {error}') from error
    if not callable(getattr(module, class_name, None)):
        raise ValueError(f'task {name!r}: {where} has no class {class_name!r}')
    try:
        task = getattr(module, class_name)()
    except Exception as error:  # as above
        raise ValueError(f'task {name!r}: {class_name} cannot be made without arguments: '
                         f'{type(error).__name__}: {error}') from error
    missing = [member for member in MEMBERS if not hasattr(task, member)]
    if missing:
        raise ValueError(f'task {name!r}: {class_name} lacks {", ".join(missing)}; '
                         f'a task has {", ".join(MEMBERS)}')
    for member, (expected, is_right) in MEMBERS.items():
        value = getattr(task, member)
        if not is_right(value):
            raise ValueError(f'task {name!r}: {member}: expected {expected}, got {value!r}')
    return task
