"""A remapping for the nodes that follow."""

from launch.action import Action
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class SetRemap(Action):
    """Remap a name in all nodes that follow in the same group."""

    def __init__(self, src, dst, **kwargs):
        """Create an action from the name and what it becomes, texts or substitutions."""
        super().__init__(**kwargs)
        self.src = normalize_to_list_of_substitutions(src)
        self.dst = normalize_to_list_of_substitutions(dst)

    def execute(self, context):
        """Add the remapping."""
        rule = (perform_substitutions(context, self.src), perform_substitutions(context, self.dst))
        context.launch_configurations.setdefault('ros_remaps', []).append(rule)
