"""Functions that actions, conditions and substitutions share."""

from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions
from launch.utilities.type_checks import ensure_argument_type, is_a, is_a_subclass
from launch.utilities.visit import (
    normalize_to_list_of_entities,
    visit_all_entities_and_collect_futures,
)

__all__ = [
    'ensure_argument_type',
    'is_a',
    'is_a_subclass',
    'normalize_to_list_of_entities',
    'normalize_to_list_of_substitutions',
    'perform_substitutions',
    'visit_all_entities_and_collect_futures',
]
