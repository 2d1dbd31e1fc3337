"""Wait for data, events and wake-up calls without spending time on the processor."""

from ctypes import c_void_p
import threading

from rmw_standalone import library
from rmw_standalone.library import check


class Guard:
    """Something to trigger from any thread; it stays triggered until `clear`."""

    def __init__(self, participant):
        """Create it in a participant."""
        self.entity = check(library.create_guardcondition(participant.entity), 'guard condition')

    def trigger(self):
        """Wake whoever waits; of no effect once the participant is closed."""
        library.set_guardcondition(self.entity, True)

    def clear(self):
        """Make it wait for the next `trigger`."""
        library.set_guardcondition(self.entity, False)


class WaitSet:
    """Entities with the keys under which `wait` reports them."""

    def __init__(self, participant):
        """Create it in a participant."""
        self._entity = check(library.create_waitset(participant.entity), 'wait set')
        self._keys = {}  # entity -> key
        self._entities = {}  # key -> entity
        self._next_key = 1
        self._triggered = (c_void_p * 16)()
        self._lock = threading.Lock()

    def update(self, entities):
        """Wait for exactly these entities from now on."""
        with self._lock:
            for entity in self._keys.keys() - entities:
                # Cyclone has taken out deleted entities already.
                library.waitset_detach(self._entity, entity)
                del self._entities[self._keys.pop(entity)]
            for entity in entities - self._keys.keys():
                key, self._next_key = self._next_key, self._next_key + 1
                if library.waitset_attach(self._entity, entity, key) < 0:
                    continue  # another thread has deleted it
                self._keys[entity], self._entities[key] = key, entity
            if len(self._keys) > len(self._triggered):
                self._triggered = (c_void_p * (2 * len(self._keys)))()

    def wait(self, timeout):
        """Return the entities that are triggered, after at most `timeout` nanoseconds."""
        count = library.waitset_wait(
            self._entity, self._triggered, len(self._triggered), timeout)
        if count <= 0:
            return []  # time is up, or the participant was closed meanwhile
        return [entity for key in self._triggered[:count]
                if (entity := self._entities.get(key)) is not None]
