"""The raw observation of a contract, read off the simulated cell as nodes read it off topics."""

from types import SimpleNamespace

import numpy as np
from sgft_ros.robot import RobotContract, rotation
from sgft_ros.robot.messages import make_extractor
from sgft_ros.robot.yaml_section import suggest
from sgft_ros.simulation.arm import JOINTS
from sgft_ros.simulation.cell import SimulatedCell

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])


class SimulatedSensing:
    """
    Evaluate the observation terms of a contract in a cell; the extractors are the live nodes'.

    The cell has the frames that the contract names, and those of the scene's bodies; the topics
    `wrench`, `joint_states` and one with the velocity of each body that is tracked.
    """

    def __init__(self, contract: RobotContract, cell: SimulatedCell):
        """Raise ValueError for a term that the cell cannot measure."""
        self._cell = cell
        frames = contract.frames
        self._frames = {
            frames.base: lambda: (np.zeros(3), IDENTITY),
            frames.tool: lambda: (cell.measured_tip, cell.arm.tip_orientation),
            frames.object: lambda: (cell.origin, IDENTITY),
            **{name: lambda name=name: cell.measured_body(name) for name in cell.scene.bodies}}
        self._topics = {
            'wrench': lambda: SimpleNamespace(
                wrench=SimpleNamespace(force=_vector(cell.measured_force))),
            **{f'{name}_velocity': lambda name=name: SimpleNamespace(
                twist=SimpleNamespace(linear=_vector(cell.measured_velocity(name))))
               for name in cell.scene.velocities}}
        self._terms = [
            (term.name, term.source, make_extractor(term.source))
            for term in contract.observation if term.max_age is not None]
        self._constants = contract.constants
        for name, source, _ in self._terms:
            self._check(name, source)

    def measure(self) -> dict[str, np.ndarray]:
        """Return the raw numbers of each term by name, in SI units; each sensor is read once."""
        seen = {}

        def read(kind, name):
            if (kind, name) not in seen:
                seen[kind, name] = getattr(self, f'_{kind}')[name]()
            return seen[kind, name]

        values = dict(self._constants)
        for name, source, extract in self._terms:
            if source.kind == 'transform':
                message = _transform(read('frames', source.target_frame),
                                     read('frames', source.source_frame))
            elif source.kind == 'joint_states':
                message = self._joint_state()
            else:
                message = read('topics', source.topic)
            values[name] = extract(message)
        return values

    def _joint_state(self):
        arm = self._cell.arm
        return SimpleNamespace(name=JOINTS, position=arm.joint_positions,
                               velocity=arm.joint_velocities, effort=arm.joint_efforts)

    def _check(self, name, source):
        """Raise if the cell has no such frame, topic or joint."""
        if source.kind == 'transform':
            wanted, there, what = (source.target_frame, source.source_frame), self._frames, 'frame'
        elif source.kind == 'joint_states':
            wanted, there, what = source.joints, JOINTS, 'joint'
        else:
            wanted, there, what = (source.topic,), self._topics, 'topic'
        for one in wanted:
            if one not in there:
                raise ValueError(f'observation term {name!r}: the simulated cell has no '
                                 f'{what} {one!r}{suggest(one, there)}')


def _transform(target, source):
    """Return the pose `source` in `target`, both in base, with the fields of a Transform."""
    (origin, turned), (position, orientation) = target, source
    back = rotation.inverse(turned)
    x, y, z = rotation.rotate(back, position - origin).tolist()
    qw, qx, qy, qz = rotation.multiply(back, orientation).tolist()
    return SimpleNamespace(translation=SimpleNamespace(x=x, y=y, z=z),
                           rotation=SimpleNamespace(w=qw, x=qx, y=qy, z=qz))


def _vector(values):
    x, y, z = values.tolist()
    return SimpleNamespace(x=x, y=y, z=z)

