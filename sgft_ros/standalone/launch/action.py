"""Something to be done in a launch description."""

from launch.condition import Condition
from launch.launch_description_entity import LaunchDescriptionEntity


class Action(LaunchDescriptionEntity):
    """Base of all actions: executed when visited, if the condition holds."""

    def __init__(self, *, condition: Condition | None = None, **unknown):
        """
        Create an action.

        :param condition: tested at each visit; None executes the action always
        :raises TypeError: for any other keyword argument, which would have no effect
        """
        if unknown:
            names = ', '.join(f'{name!r}' for name in sorted(unknown))
            raise TypeError(f'{type(self).__name__}() got unsupported keyword arguments: {names}')
        if condition is not None and not isinstance(condition, Condition):
            raise TypeError(
                f'condition of {type(self).__name__} must be a Condition such as IfCondition, '
                f'got {condition!r}')
        self._condition = condition

    @property
    def condition(self) -> Condition | None:
        """The condition under which the action is executed."""
        return self._condition

    def get_sub_entities(self) -> list[LaunchDescriptionEntity]:
        """Return the entities that executing the action will lead to, as far as known now."""
        return []

    def describe_sub_entities(self):
        """Return the sub-entities of an action without a condition."""
        return self.get_sub_entities() if self._condition is None else []

    def describe_conditional_sub_entities(self):
        """Return the sub-entities of an action with a condition."""
        if self._condition is None:
            return []
        return [(f'if {self._condition.describe()}', self.get_sub_entities())]

    def visit(self, context):
        """Execute the action if its condition holds, and announce its completion."""
        if self._condition is not None and not self._condition.evaluate(context):
            return None
        entities = self.execute(context)
        self._announce_completion(context)
        return entities

    def execute(self, context) -> list[LaunchDescriptionEntity] | None:
        """Do what the action is for; return entities to visit next."""
        return None

    def _announce_completion(self, context):
        from launch.events import ExecutionComplete  # events know actions
        event = ExecutionComplete(action=self)

        def emit(_=None):
            if context.would_handle_event(event):
                context.emit_event_sync(event)

        future = self.get_asyncio_future()
        if future is None:
            emit()
        else:
            future.add_done_callback(emit)
