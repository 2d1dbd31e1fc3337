"""Visiting entities, depth first."""

import asyncio
from collections.abc import Iterable, Iterator

from launch.launch_description_entity import LaunchDescriptionEntity


def normalize_to_list_of_entities(entities) -> list[LaunchDescriptionEntity]:
    """
    Return no entity (None), one, or an iterable of entities as a list.

    :raises TypeError: for anything else, naming it
    """
    if entities is None:
        return []
    if isinstance(entities, LaunchDescriptionEntity):
        return [entities]
    if not isinstance(entities, Iterable):
        raise TypeError(f'expected launch actions or None, got {entities!r}')
    result = [entity for entity in entities if entity is not None]
    for entity in result:
        if not isinstance(entity, LaunchDescriptionEntity):
            raise TypeError(f'expected a launch action, got {entity!r}')
    return result


def visit_entities(entities, context) -> Iterator[asyncio.Future]:
    """Visit entities and all that they lead to, depth first; yield the futures of their work."""
    for entity in normalize_to_list_of_entities(entities):
        sub_entities = entity.visit(context)
        if isinstance(sub_entities, LaunchDescriptionEntity):
            raise TypeError(f'{entity!r} must return a list of launch actions or None, '
                            f'got {sub_entities!r}')
        future = entity.get_asyncio_future()
        if future is not None:
            yield future
        yield from visit_entities(sub_entities, context)


def visit_all_entities_and_collect_futures(entity, context):
    """Visit an entity and all that it leads to; return pairs of the entity and a future."""
    return [(entity, future) for future in visit_entities(entity, context)]
