"""Callbacks that occupy their callback group while others run."""

from contextlib import contextmanager


class Occupants:
    """
    Whose callbacks wait, as coroutines or while they spin themselves.

    Meanwhile their callback groups may keep back others.
    """

    def __init__(self, wake):
        """Call `wake()` when a group is left."""
        self._wake = wake
        self._entities = []
        self.turns = 0  # counts the changes

    def allow(self, entity):
        """Return whether a callback may run now."""
        return not self._entities or entity.callback_group.can_execute(entity)

    def allowed(self, entities):
        """Return those whose callbacks may run now."""
        if not self._entities:
            return list(entities)
        return [entity for entity in list(entities) if entity.callback_group.can_execute(entity)]

    @contextmanager
    def occupying(self, entity):
        """Occupy the group of an entity."""
        begins = entity.callback_group.beginning_execution(entity)
        self._entities.append(entity)
        self.turns += 1
        try:
            yield
        finally:
            self._entities.remove(entity)
            self.turns += 1
            if begins:
                entity.callback_group.ending_execution(entity)
            self._wake()
