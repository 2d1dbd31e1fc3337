"""What the policy node tells of its control loop on /diagnostics."""

from collections.abc import Mapping

from sgft_ros.learning.schedule import Counts
from sgft_ros.nodes import diagnostics
from sgft_ros.nodes.acting_weights import ActingWeights
from sgft_ros.nodes.tick_record import TickRecord


def report(
    robot: str, phase: str, state: str, problem: str, acting: ActingWeights, counts: Counts,
    ticks: TickRecord, disk_error: str, faults: Mapping[str, object],
):
    """Return level, message and values; `problem` is what episodes or weights wait for."""
    if disk_error:
        problem = f'counts and weights of the run cannot be kept: {disk_error}'
    elif not problem and acting.problem:
        problem = f'refused weights, {acting.problem}'
    return diagnostics.WARN if problem else diagnostics.OK, problem or phase, {
        'robot': robot,
        'phase': phase,
        'state': state,
        'policy_version': acting.now.version,
        'newest_version': acting.newest.version,
        **ticks.report(),
        'swaps': acting.swaps,
        'refused_weights': acting.refused,
        'last_refusal': acting.refusal,
        'transitions': counts.transitions,
        'episodes': counts.episodes,
        'evaluation_rounds': counts.rounds,
        **faults,
    }
