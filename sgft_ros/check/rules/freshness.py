"""Whether measurements come, carry a time, and are young enough to be acted upon."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from sgft_ros.check.facts import Facts, Measurement, measurements, Signal
from sgft_ros.check.findings import Finding, green, red, yellow
from sgft_ros.robot import RobotContract
from sgft_ros.robot.age import ANOTHER_TIME

OTHER_CLOCK = 86400.0  # [s] between two clocks that count from different times
AHEAD = 0.03      # [s] that a stamp may be in the future: a message may overtake one of /clock
MOST_LATE = 0.05  # share of control ticks whose measurement is too old
CLOCKS = ('synchronise the clocks of the two computers (chrony or NTP), and see that all nodes '
          'have the same use_sim_time')


@dataclass(frozen=True)
class _Ages:
    """What the ages of a measurement add up to [s]."""

    youngest: float  # but for a tenth of the control ticks
    oldest: float
    late: float      # share of the control ticks beyond the limit
    period: float    # between two measurements; infinite if there were too few to say


def freshness(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge stamps, rate and age of everything that is measured."""
    for each in measurements(contract):
        signal = facts.signals[each.name]
        tell = partial(_tell, f'age of {each.name}',
                       f'at most {each.max_age:g} s at each control tick')
        if signal.unstamped:
            yield _unstamped(tell, each, signal)
        if signal.values:
            yield _judge(tell, each, signal, facts, contract)
        elif not signal.unstamped and not _told_elsewhere(each, facts):
            yield _absent(tell, each, signal, facts)


def finite(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Find measurements that are not numbers; there is no finding otherwise."""
    for each in measurements(contract):
        values = facts.signals[each.name].values
        bad = [value for value in values if not np.isfinite(value).all()]
        if bad:
            yield red(f'values of {each.name}', 'finite numbers',
                      f'{bad[-1].tolist()} in {len(bad)} of {len(values)} control ticks',
                      'the sensor or its driver has failed: start it again, or have it looked at')


def _tell(subject, expected, level, found, *advice) -> Finding:
    return level(subject, expected, found, *advice)


def _told_elsewhere(each: Measurement, facts: Facts) -> bool:
    """Return whether the rules of topics, frames or joints say why there is nothing."""
    if each.source.kind == 'transform':
        return True
    publishers = facts.topic(each.source.topic).publishers
    return (each.source.type not in {publisher.type for publisher in publishers}
            or bool(facts.signals[each.name].joints))


def _absent(tell, each, signal, facts) -> Finding:
    if signal.problem:
        return tell(red, f'no value: {signal.problem}',
                    f'correct {each.key} in the contract, or the driver')
    return tell(red, f'no message within {facts.duration:.1f} s, although somebody publishes '
                f'{facts.names[each.source.topic]}',
                'see whether the driver measures at all: `topic echo` shows its messages')


def _unstamped(tell, each: Measurement, signal: Signal) -> Finding:
    if each.source.kind == 'transform':
        return tell(red, 'no time: every frame on the way is static',
                    'a pose that nobody measures cannot be acted upon; have the moving part of '
                    'the chain published on /tf with the time of its measurement')
    return tell(yellow if signal.values else red,
                f'{signal.unstamped} of {len(signal.arrivals)} messages without a stamp, which '
                'the nodes drop',
                'have the driver set header.stamp to the time of the measurement')


def _judge(tell, each, signal, facts, contract) -> Finding:
    values, came = np.array(signal.ages), signal.arrivals
    span = came[-1] - came[0]
    ages = _Ages(
        youngest=float(np.quantile(values, 0.1)), oldest=float(values.max()),
        late=float(np.mean(np.abs(values) > each.max_age)),
        period=span / (len(came) - 1) if len(came) > 2 and span > 0.0 else np.inf)
    rate = contract.control_rate
    found = _clock(tell, each, ages, facts) or _too_slow(tell, each, signal, ages, rate)
    return found or _too_old(tell, each, ages) or _good(tell, each, ages, rate)


def _clock(tell, each, ages, facts) -> Finding | None:
    """Return what stamps say of the clock that made them."""
    unknown_clock = not facts.live and not facts.simulated_time
    if abs(ages.youngest) > OTHER_CLOCK and unknown_clock:
        return tell(yellow, 'stamps of another clock than that of the recorder',
                    'if this was a run in simulated time, record /clock too; else set the clock '
                    'of the computer that measures (chrony or NTP)')
    if ages.youngest > ANOTHER_TIME:
        return tell(red, f'stamps {_time(ages.youngest)} ago, as in simulated time, but nobody '
                    'publishes /clock', 'have the simulator publish /clock, and launch with '
                    'simulated:=false use_sim_time:=true; or start its driver with '
                    'use_sim_time:=false')
    if ages.youngest < -ANOTHER_TIME:
        return tell(red, f'stamps {_time(-ages.youngest)} in the future, as by the system clock, '
                    'but somebody publishes /clock', 'start its driver with use_sim_time:=true; '
                    'or end whoever publishes /clock')
    if ages.youngest >= -AHEAD:
        return None
    return tell(red if ages.youngest < -each.max_age else yellow,
                f'stamps {_time(-ages.youngest)} in the future: the clock of its driver is ahead',
                CLOCKS)


def _too_slow(tell, each, signal, ages, control_rate) -> Finding | None:
    # Transforms are looked up once per tick: how often they come in between is not known.
    unknown_rate = each.source.kind == 'transform' and not _repeats(ages, control_rate)
    if ages.period <= each.max_age or unknown_rate:
        return None
    often = (f'one every {ages.period:.2g} s' if np.isfinite(ages.period) else
             f'only {len(signal.arrivals)} within the time of the check')
    return tell(red, f'too slow: {often}',
                'let the sensor publish faster, at least at the control rate of '
                f'{control_rate:g} Hz; or raise max_age under {each.key} in the contract, if the '
                'policy was trained with measurements as old as that')


def _too_old(tell, each, ages) -> Finding | None:
    if ages.youngest > each.max_age:
        return tell(red, f'{_time(ages.youngest)} old when it arrives',
                    "the driver's clock is behind, or the measurement is on its way for so long: "
                    f'{CLOCKS}')
    if ages.late > 0.0:
        return tell(red if ages.late > MOST_LATE else yellow,
                    f'older in {ages.late:.0%} of the ticks, up to {_time(ages.oldest)}',
                    'each of them would end an episode: look for gaps in the measurement or for a '
                    f'busy computer; or raise max_age under {each.key} in the contract')
    return None


def _good(tell, each, ages, control_rate) -> Finding:
    at_least = 'at least ' if each.source.kind == 'transform' else ''
    found = f'{at_least}{1.0 / ages.period:.0f} Hz, up to {_time(ages.oldest)} old'
    if not _repeats(ages, control_rate):
        return tell(green, found)
    return tell(yellow, found, f'slower than the control rate of {control_rate:g} Hz: the policy '
                'would see some measurements twice; let the sensor publish faster')


def _repeats(ages, control_rate):
    """Return whether some control ticks see the same measurement as those before."""
    return ages.period > 1.5 / control_rate


def _time(seconds):
    return f'{seconds:.2g} s' if seconds < 100.0 else f'{seconds:.0f} s'
