"""A method of the benchmark: an algorithm's file, and what a sweep changes in it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from sgft_ros.learning.finetuner import FineTuningConfig
from sgft_ros.nodes.parameter_files import read_parameter_file
import yaml


@dataclass(frozen=True)
class Method:
    """How a learner in this process is set; the names are those of the node's parameters."""

    name: str
    tuning: FineTuningConfig = field(default_factory=FineTuningConfig)
    prior_ratio: float = 0.0    # share of each minibatch that comes from the simulator
    publish_interval: int = 50  # updates between two exchanges of the policy that acts

    @property
    def settings(self) -> dict[str, object]:
        """Return all settings by name, as they are recorded with the results."""
        return {**asdict(self.tuning), 'prior_ratio': self.prior_ratio,
                'publish_interval': self.publish_interval}


def load_method(text: str, task: str) -> Method:
    """
    Return the method that `algorithm` or `algorithm:name=value,...` stands for.

    :param text: the algorithm is a name in config/algorithms or the path of a .yaml file, and what
        follows changes parameters of its learner: 'sgft_sac:horizon=5,warm_start_updates=0'
    :param task: whose file is overridden by the algorithm's, as in the launch file
    :raises ValueError: if file, parameter or value is not one; the message names it
    """
    algorithm, _, changes = text.partition(':')
    parameters = {
        **read_parameter_file('task', task).get('learner', {}),
        **read_parameter_file('algorithm', algorithm).get('learner', {}),
        **_changes(text, changes)}
    tuning = {field.name: field.type for field in fields(FineTuningConfig)}
    own = {field.name: field.type for field in fields(Method)[2:]}
    kinds = tuning | own
    for name in parameters:
        if name not in kinds:
            raise ValueError(
                f'method {text!r}: unknown parameter {name!r}; choose from: '
                f'{", ".join(sorted(kinds))}')
    values = {name: _checked(text, name, value, kinds[name])
              for name, value in parameters.items()}
    core = FineTuningConfig(**{name: values[name] for name in values if name in tuning})
    return Method(text, core, **{name: values[name] for name in values if name in own})


def _changes(text: str, changes: str) -> Mapping[str, object]:
    values = {}
    for change in filter(None, changes.split(',')):
        name, equals, value = change.partition('=')
        if not equals or not value:
            raise ValueError(f'method {text!r}: expected name=value, got {change!r}')
        values[name.strip()] = yaml.safe_load(value)
    return values


def _checked(text, name, value, kind):
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(
            f'method {text!r}: {name}: expected {kind.__name__}, got {value!r}')
    return value
