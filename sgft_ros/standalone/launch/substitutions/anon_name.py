"""Names that no other process of any launch has."""

import os
import random
import socket
import time

from launch.substitution import Substitution
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions


class AnonName(Substitution):
    """Stand for a unique name; the same base name stands for the same one within a launch."""

    def __init__(self, name):
        """Create a substitution from a base name."""
        self.name = normalize_to_list_of_substitutions(name)

    def describe(self) -> str:
        """Return the base name."""
        return f'AnonName({" + ".join(sub.describe() for sub in self.name)})'

    def perform(self, context) -> str:
        """Return the base name with host, process, time and a random number."""
        name = perform_substitutions(context, self.name)
        key = f'anon{name}'
        if key not in context.launch_configurations:
            host = ''.join(c if c.isalnum() else '_' for c in socket.gethostname())
            parts = (name, host, os.getpid(), int(time.time() * 1000), random.randrange(10**6))
            context.launch_configurations[key] = '_'.join(str(part) for part in parts)
        return context.launch_configurations[key]
