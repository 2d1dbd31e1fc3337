"""A namespace for the nodes that follow."""

from launch.action import Action
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch_ros.utilities.names import check_namespace, make_namespace_absolute, prefix_namespace


class PushROSNamespace(Action):
    """Put the nodes that follow in the same group into a namespace."""

    def __init__(self, namespace, **kwargs):
        """Create an action from a namespace, relative to the one in force or absolute."""
        super().__init__(**kwargs)
        self.namespace = normalize_to_list_of_substitutions(namespace)

    def execute(self, context):
        """
        Set the namespace.

        :raises ValueError: if it is not valid
        """
        pushed = perform_substitutions(context, self.namespace)
        before = context.launch_configurations.get('ros_namespace')
        namespace = make_namespace_absolute(prefix_namespace(before, pushed))
        check_namespace(namespace)
        context.launch_configurations['ros_namespace'] = namespace
