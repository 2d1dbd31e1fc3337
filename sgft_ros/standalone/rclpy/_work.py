"""What an executor has to do."""

from itertools import count
from operator import itemgetter

from rmw_standalone import Guard, WaitSet
from rmw_standalone.library import INFINITY

# What is ready at the same time runs node by node, and within a node in this order.
TIMER, SUBSCRIPTION, GUARD, CLIENT, SERVICE, KINDS = range(6)
EVENT = -1  # of any node, before all else


class Work:
    """
    Waits until something is to be done for some nodes and tasks.

    Each thing to do is a triple: its rank in the order of callbacks, the node, and the entity
    whose callback is due; or None, None and a task.
    """

    def __init__(self, context, nodes, tasks, occupants):
        """Look at lists that the executor changes, with the Occupants of callback groups."""
        self._context = context
        self._nodes = nodes
        self._tasks = tasks
        self._occupants = occupants
        self._participant = None  # in which wait set and guard live
        self._guard = None
        self._wait_set = None
        self._watched = None  # what the wait set was last made for
        self._entities = {}  # DDS entity -> what is to be done when it is triggered

    def look_again(self):
        """End the wait; may be called from any thread."""
        guard = self._guard
        if guard is not None:
            guard.trigger()

    def wait(self, timeout):
        """Wait at most so many nanoseconds; return all that is to be done, in its order."""
        self._update()
        triggered = self._wait_set.wait(min(timeout, self._idle_time()))
        if self._guard.entity in triggered:
            self._guard.clear()
        return self._ready_tasks() + self._ready_entities(triggered)

    def _ready_tasks(self):
        ready = []
        for task in list(self._tasks):
            if task.done():
                self._tasks.remove(task)
            elif _can_go_on(task):
                ready.append((None, None, task))
        return ready

    def _ready_entities(self, triggered):
        found = [self._entities[entity] for entity in triggered if entity in self._entities]
        allowed, first = self._occupants.allowed, 0
        for node in list(self._nodes):
            found += [((first + TIMER, 0), node, timer)
                      for timer in allowed(node._timers) if timer.is_ready()]
            found += [((first + GUARD, 0), node, guard)
                      for guard in allowed(node._guards) if guard._is_ready()]
            first += KINDS
        if len(found) > 1:
            found.sort(key=itemgetter(0))
        return found

    def _idle_time(self):
        """Return for how many nanoseconds nothing is to be done but what DDS tells."""
        if any(map(_can_go_on, list(self._tasks))):
            return 0
        shortest, allowed = INFINITY, self._occupants.allowed
        for node in list(self._nodes):
            if any(guard._is_ready() for guard in allowed(node._guards)):
                return 0
            for timer in allowed(node._timers):
                wait = timer._wait()
                if wait is not None and wait < shortest:
                    shortest = wait
        return shortest

    def _update(self):
        """Bring the wait set up to date with the nodes."""
        participant = self._context.participant
        if participant is not self._participant:
            self._participant = participant
            self._guard, self._wait_set = Guard(participant), WaitSet(participant)
            self._watched = None
        nodes = list(self._nodes)
        watched = [self._occupants.turns, *((node, node._revision) for node in nodes)]
        if watched == self._watched:
            return
        self._watched = watched
        entities, created, allowed = {}, count(), self._occupants.allowed
        for place, node in enumerate(nodes):
            with node._lock:
                for rank, members in _watched(node, place * KINDS):
                    entities |= {entity._waits_for(): ((rank, next(created)), node, entity)
                                 for entity in allowed(members) if not entity.destroyed}
        self._entities = entities
        self._wait_set.update({self._guard.entity, *entities})


def _can_go_on(task):
    return task.awaits is None or task.awaits.done()


def _watched(node, first):
    """Return what has work when DDS says so, by its rank in the order of callbacks."""
    events = [events for endpoint in (*node._publishers, *node._subscriptions)
              for events in endpoint.event_handlers]
    return ((EVENT, events), (first + SUBSCRIPTION, node._subscriptions),
            (first + CLIENT, node._clients), (first + SERVICE, node._services))
