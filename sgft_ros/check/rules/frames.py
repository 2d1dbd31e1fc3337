"""Frames of tf: known, and joined to each other."""

from collections.abc import Iterator

from sgft_ros.check.facts import Facts, measurements
from sgft_ros.check.findings import Finding, green, listed, near, red, yellow
from sgft_ros.robot import RobotContract


def frames(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge each frame that a measured transform needs, and each way between two of them."""
    needed = [(each, (each.source.target_frame, each.source.source_frame))
              for each in measurements(contract) if each.source.kind == 'transform']
    users = {}
    for each, pair in needed:
        for frame in pair:
            users.setdefault(frame, []).append(each)
    known = set(facts.frames) | set(facts.frames.values())
    for frame, using in users.items():
        if frame not in known:
            yield red(f'frame {frame}', f'in tf, for {", ".join(each.name for each in using)}',
                      f'not in tf{near(frame, known)}', _advice(using[0].key, known))
    for each, (target, source) in needed:
        if {target, source} <= known:
            yield _chain(facts, each, target, source)
    yield from _object(facts, contract, known, users)


def _chain(facts, each, target, source) -> Finding:
    subject = f'frames {target} and {source}'
    expected = f'joined by tf, for {each.name}'
    roots = {frame: _root(facts.frames, frame) for frame in (target, source)}
    if roots[target] != roots[source]:
        return red(subject, expected, f'not joined: {target} hangs on {roots[target]}, '
                   f'{source} on {roots[source]}',
                   f'publish the transform between {roots[target]} and {roots[source]}: a '
                   'calibration with static_transform_publisher, or the tracker that measures it')
    signal = facts.signals[each.name]
    if not signal.values and not signal.unstamped:
        return red(subject, expected, f'no common time: {signal.problem}',
                   'the frames on the way are published at times that do not overlap: see that '
                   'all their publishers run and have the same clock')
    return green(subject, expected, 'joined')


def _object(facts, contract, known, users):
    frame = contract.frames.object
    if frame not in known and frame not in users:
        yield yellow(f'frame {frame}', 'in tf, as frames.object', f'not in tf{near(frame, known)}',
                     'no observation needs it, but RViz and the simulator do: '
                     + _advice('frames.object', known))


def _advice(key, known):
    return (f'publish this frame, or write the right name under {key} in the contract; frames in '
            f'tf: {listed(known)}')


def _root(parents, frame):
    passed = {frame}
    while (parent := parents.get(frame)) is not None and parent not in passed:
        passed.add(parent)
        frame = parent
    return frame
