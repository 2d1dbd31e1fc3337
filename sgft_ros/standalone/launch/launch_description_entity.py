"""Anything that a launch description can hold."""

import asyncio


class LaunchDescriptionEntity:
    """Base of launch descriptions and actions."""

    def describe(self) -> str:
        """Return a text that says what the entity does."""
        return f'{type(self).__name__}()'

    def describe_sub_entities(self) -> list['LaunchDescriptionEntity']:
        """Return the entities that are visited whenever this one is, as far as known now."""
        return []

    def describe_conditional_sub_entities(self):
        """Return pairs (condition as text, entities that are visited if it holds)."""
        return []

    def visit(self, context) -> list['LaunchDescriptionEntity'] | None:
        """Do what the entity is for, without blocking; return entities to visit next."""
        return None

    def get_asyncio_future(self) -> asyncio.Future | None:
        """Return a future that is done when the work begun by visit() is; None without any."""
        return None
