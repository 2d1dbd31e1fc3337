"""What servers and clients of services share."""


class ServiceEnd:
    """A reader and a writer of the two topics that a service is made of."""

    def __init__(self, reader, writer):
        """Take what `destroy` ends."""
        self.destroyed = False
        self._reader = reader
        self._writer = writer

    def configure_introspection(self, clock, service_event_qos_profile, introspection_state):
        """Refuse: service introspection is not supported."""
        raise NotImplementedError('service introspection is not supported without ROS 2')

    def destroy(self):
        """End it; call Node.destroy_service or Node.destroy_client instead."""
        if not self.destroyed:
            self.destroyed = True
            self._reader.delete()
            self._writer.delete()

    def _waits_for(self):
        return self._reader.condition
