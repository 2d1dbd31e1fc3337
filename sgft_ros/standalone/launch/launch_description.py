"""A list of entities that together describe a system."""

from collections.abc import Iterable

from launch import logging
from launch.actions.declare_launch_argument import DeclareLaunchArgument
from launch.launch_description_entity import LaunchDescriptionEntity


class LaunchDescription(LaunchDescriptionEntity):
    """Description of a system that can be launched."""

    def __init__(
            self, initial_entities: Iterable[LaunchDescriptionEntity] | None = None, *,
            deprecated_reason: str | None = None):
        """
        Create a launch description.

        :param initial_entities: what to visit, in this order
        :param deprecated_reason: makes every visit print a warning with this reason
        """
        self._entities = list(initial_entities) if initial_entities is not None else []
        self._deprecated_reason = deprecated_reason

    @property
    def entities(self) -> list[LaunchDescriptionEntity]:
        """The entities, in the order in which they are visited."""
        return self._entities

    @property
    def deprecated(self) -> bool:
        """Whether the description is deprecated."""
        return self._deprecated_reason is not None

    @property
    def deprecated_reason(self) -> str | None:
        """Why the description is deprecated; None if it is not."""
        return self._deprecated_reason

    def add_entity(self, entity: LaunchDescriptionEntity):
        """Append an entity."""
        self._entities.append(entity)

    def add_action(self, action: LaunchDescriptionEntity):
        """Append an action."""
        self.add_entity(action)

    def visit(self, context):
        """Return the entities to visit."""
        if self.deprecated:
            path = context.get_locals_as_dict().get('current_launch_file_path')
            what = 'launch description' if path is None else f'launch file [{path}]'
            logging.get_logger('launch').warning(
                f'{what} is deprecated: {self._deprecated_reason}')
        return self._entities

    def describe_sub_entities(self):
        """Return the entities."""
        return self._entities

    def get_launch_arguments(
            self, conditional_inclusion: bool = False) -> list[DeclareLaunchArgument]:
        """
        Return the arguments that the description and what it includes declare, each name once.

        Included files whose path is only known at run time are left out.
        """
        found: dict[str, DeclareLaunchArgument] = {}
        _collect_arguments(self._entities, conditional_inclusion, found)
        return list(found.values())


def _collect_arguments(entities, conditional, found):
    for entity in entities:
        if isinstance(entity, DeclareLaunchArgument) and entity.name not in found:
            entity._conditionally_included = conditional or entity.condition is not None
            found[entity.name] = entity
        _collect_arguments(entity.describe_sub_entities(), conditional, found)
        for _, sub_entities in entity.describe_conditional_sub_entities():
            _collect_arguments(sub_entities, True, found)
