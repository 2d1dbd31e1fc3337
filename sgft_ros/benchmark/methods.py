"""A method of the benchmark: an algorithm's file, and what a sweep changes in it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from sgft_ros.learning.calibration import CALIBRATION_ERROR
from sgft_ros.learning.fine_tuning_config import AUTO, FineTuningConfig
from sgft_ros.nodes.parameter_files import read_parameter_file
from sgft_ros.nodes.tuning_files import (
    check_parameters,
    OTHERS,
    read_tuning,
    unheeded_prior_ratios,
)
from sgft_ros.simulation.worlds import WORLDS
import yaml


@dataclass(frozen=True)
class Method:
    """How a learner in this process is set; the names are those of the node's parameters."""

    name: str
    # By candidate: one, or several between which real success arbitrates.
    tunings: Mapping[str, FineTuningConfig] = field(
        default_factory=lambda: {FineTuningConfig.algorithm: FineTuningConfig()})
    prior_ratio: float = 0.0    # share of each minibatch that comes from the simulator
    publish_interval: int = 50  # updates between two exchanges of what acts
    calibration_error: float = 0.0  # [m] of the policy node, where candidates are arbitrated

    @property
    def arbitrated(self) -> bool:
        """Return whether there are several candidates."""
        return len(self.tunings) > 1

    @property
    def batch_size(self) -> int:
        """Return the size of the minibatches that serve every candidate."""
        return max(tuning.batch_size for tuning in self.tunings.values())

    @property
    def settings(self) -> dict[str, object]:
        """Return all settings by name, as they are recorded with the results."""
        own = {'prior_ratio': self.prior_ratio, 'publish_interval': self.publish_interval}
        if self.arbitrated:
            return {'candidates': {name: asdict(tuning) for name, tuning in self.tunings.items()},
                    **own, 'calibration_error': self.calibration_error}
        tuning, = self.tunings.values()
        return {**asdict(tuning), **own}


def load_method(text: str, task: str) -> Method:
    """
    Return the method that `algorithm` or `algorithm:name=value,...` stands for.

    :param text: the algorithm is a name in config/algorithms or the path of a .yaml file, and what
        follows changes parameters of its learner: 'sgft_sac:horizon=5,warm_start_updates=0', or
        the candidates of auto: 'auto:candidates=sac+planner'
    :param task: whose file is overridden by the algorithm's, as in the launch file
    :raises ValueError: if file, parameter or value is not one; the message names it
    """
    algorithm, _, changes = text.partition(':')
    task = _with_file(task)
    try:
        changed = _changes(changes)
        file = read_parameter_file('algorithm', algorithm)
        written, acting = (file.get(node, {}) for node in ('learner', 'policy'))
        if written.get('algorithm') != AUTO:
            tuning, own = read_tuning(algorithm, task, changed)
            return Method(text, {tuning.algorithm: tuning}, **own)
        values = {**written, 'calibration_error': acting.get(
            'calibration_error', CALIBRATION_ERROR), **changed}
        candidates = values.pop('candidates')
        if isinstance(candidates, str):
            candidates = candidates.split('+')
        own = check_parameters(values, OTHERS | {
            'algorithm': str, 'calibration_error': float})
        del own['algorithm']
        if not 0.0 <= own['calibration_error'] <= 1.0:
            raise ValueError(f'calibration_error: expected 0 to 1 m, got '
                             f'{own["calibration_error"]!r}')
        return Method(text, {name: read_tuning(name, task)[0] for name in candidates}, **own)
    except ValueError as error:
        raise ValueError(f'method {text!r}: {error}') from None


def unheeded(method: Method, task: str) -> str:
    """Say what the files of candidates ask for and do not get, '' if nothing."""
    if not method.arbitrated:
        return ''
    return unheeded_prior_ratios(method.tunings, _with_file(task), method.prior_ratio)


def _with_file(task):
    return task if task in WORLDS else ''  # a Gymnasium task has none


def _changes(changes: str) -> Mapping[str, object]:
    values = {}
    for change in filter(None, changes.split(',')):
        name, equals, value = change.partition('=')
        if not equals or not value:
            raise ValueError(f'expected name=value, got {change!r}')
        values[name.strip()] = yaml.safe_load(value)
    return values
