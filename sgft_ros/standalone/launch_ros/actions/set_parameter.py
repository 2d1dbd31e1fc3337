"""A parameter for the nodes that follow."""

from launch.action import Action
from launch_ros.utilities.parameters import check_values, evaluate_parameters


class SetParameter(Action):
    """Set a parameter of all nodes that follow in the same group and do not set it themselves."""

    def __init__(self, name, value, **kwargs):
        """Create an action from name and value; see Node for the values."""
        super().__init__(**kwargs)
        key = name if isinstance(name, str) or not hasattr(name, '__iter__') else tuple(name)
        self._parameter = {key: value}
        check_values(self._parameter)

    def execute(self, context):
        """Set the parameter."""
        values = evaluate_parameters(context, self._parameter)
        context.launch_configurations.setdefault('global_params', []).extend(values.items())
