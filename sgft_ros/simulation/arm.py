"""A MuJoCo arm that follows commands of a driver through joint-velocity servos."""

from collections import deque
from collections.abc import Callable
from pathlib import Path

import mujoco
import numpy as np
from sgft_ros.robot.transmission import damped_solution
from sgft_ros.simulation.physics import Physics, TIMESTEP
from sgft_ros.simulation.setpoints import Setpoint, ToolVelocity

JOINTS = (
    'shoulder_pan_joint', 'shoulder_lift_joint', 'elbow_joint',
    'wrist_1_joint', 'wrist_2_joint', 'wrist_3_joint',
)
HOME = np.array([0.0, -1.57, 1.57, -1.57, -1.57, 0.0])  # tool pointing down [rad]
SERVO_PERIOD = 0.01     # inverse kinematics and sensors [s]
SUBSTEPS = round(SERVO_PERIOD / TIMESTEP)
SERVO_GAIN = np.array([150.0, 150.0, 150.0, 40.0, 40.0, 40.0])  # [N m s/rad]
ORIENTATION_GAIN = 6.0  # pulls the tool back to pointing down [1/s]
HEIGHT_GAIN = 10.0      # pulls the tool back to a held height [1/s]
FORCE_FILTER = 0.3      # share of the newest reading in the filtered force


def build_spec(urdf: Path) -> mujoco.MjSpec:
    """Load the URDF and add what it cannot say: servos, contacts of the peg, a tip site."""
    spec = mujoco.MjSpec.from_file(str(urdf))
    spec.option.timestep = TIMESTEP
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.iterations = 20
    for body in spec.bodies[1:]:
        body.gravcomp = 1.0  # the arm's own controller compensates gravity
    for name, gain in zip(JOINTS, SERVO_GAIN, strict=True):
        actuator = spec.add_actuator(name=name, target=name)
        actuator.trntype = mujoco.mjtTrn.mjTRN_JOINT
        actuator.set_to_velocity(kv=gain)
        spec.joint(name).armature = 0.1
    peg = spec.body('peg')
    peg.add_geom(
        name='peg', type=mujoco.mjtGeom.mjGEOM_CAPSULE, fromto=[0, 0, 0.005, 0, 0, 0.064],
        size=[0.006, 0, 0], contype=1, conaffinity=1, condim=3, group=3, mass=0.0,
    )
    spec.body('peg_tip').add_site(name='peg_tip')
    return spec


class SimulatedArm:
    """One arm in one scene; knows no task, no policy and no ROS."""

    physics: Physics   # of the world that the arm is in
    turn: np.ndarray   # what the drive makes of a velocity of the tool (3, 3): gain and axes

    def __init__(self, spec: mujoco.MjSpec):
        self.model = spec.compile()
        self.data = mujoco.MjData(self.model)
        self._tip = self.model.site('peg_tip').id
        self._peg = self.model.geom('peg').id
        self._contact_geoms = np.flatnonzero(self.model.geom_contype)
        self._flex_stiffness = self.model.flex_stiffness.copy()  # as built, at 1 Pa
        self._jacobian = np.zeros((6, self.model.nv))
        self._wrench = np.zeros(6)
        self.physics = Physics()
        self._commands: deque = deque()
        self.reset(HOME, Physics())

    @property
    def time(self) -> float:
        """Simulated time since the start of this process [s]; never jumps back."""
        return self._time_base + self.data.time

    @property
    def joint_positions(self) -> np.ndarray:
        """Return measured joint positions (6,) [rad]."""
        return self.data.qpos[:6].copy()

    @property
    def joint_velocities(self) -> np.ndarray:
        """Return measured joint velocities (6,) [rad/s]."""
        return self.data.qvel[:6].copy()

    @property
    def joint_efforts(self) -> np.ndarray:
        """Return servo torques (6,) [N m]."""
        return self.data.actuator_force[:6].copy()

    @property
    def tip_position(self) -> np.ndarray:
        """Return the true tip position in base_link (3,) [m]."""
        return self.data.site_xpos[self._tip].copy()

    @property
    def tip_orientation(self) -> np.ndarray:
        """Return the true orientation of the tip in base_link, quaternion (w, x, y, z)."""
        return self.body_pose('peg_tip')[1]

    @property
    def force(self) -> np.ndarray:
        """Return the filtered contact force on the peg, in base_link axes (3,) [N]."""
        return self._force.copy()

    def body_pose(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return position (3,) [m] and quaternion (w, x, y, z) of a link in base_link."""
        body = self.model.body(name).id
        return self.data.xpos[body].copy(), self.data.xquat[body].copy()

    def reset(self, joints: np.ndarray, physics: Physics) -> None:
        """Put the arm at rest at `joints` (6,) [rad] in a world with `physics`."""
        self._time_base = self.time if hasattr(self, '_time_base') else 0.0
        mujoco.mj_resetData(self.model, self.data)
        self.physics = physics
        self.model.geom_friction[self._contact_geoms, 0] = physics.friction
        self.model.flex_friction[:, 0] = physics.friction
        self.data.qpos[:6] = joints
        self._force = np.zeros(3)
        self._commands.clear()
        self._setpoint = ToolVelocity(np.zeros(3))
        self._height = None
        cos, sin = np.cos(physics.rotation), np.sin(physics.rotation)
        self.turn = physics.gain * np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
        mujoco.mj_forward(self.model, self.data)

    def command(self, velocity: np.ndarray) -> None:
        """Ask for a linear tool velocity (3,) [m/s] in base_link; holds until the next one."""
        self.follow(ToolVelocity(np.asarray(velocity, float)))

    def follow(self, setpoint: Setpoint) -> None:
        """Let the drive follow a setpoint until the next one; it begins with its delay."""
        self._commands.append((self.data.time + self.physics.delay, setpoint))

    def body_velocity(self, name: str) -> np.ndarray:
        """Return the linear velocity (3,) [m/s] of a free body in base_link."""
        return self.data.joint(name).qvel[:3].copy()

    def place_body(
        self, name: str, position: np.ndarray, quaternion: np.ndarray, mass: float,
        velocity: np.ndarray | None = None,
    ) -> None:
        """
        Put a free body at a position (3,) [m] in base_link, of a mass [kg]; at rest by default.

        Joint and body are of one name; `quaternion` is (w, x, y, z), `velocity` (3,) [m/s].
        """
        body = self.model.body(name)
        self.model.body_inertia[body.id] *= mass / self.model.body_mass[body.id]
        self.model.body_mass[body.id] = mass
        joint = self.data.joint(name)
        joint.qpos = np.concatenate([position, quaternion])
        joint.qvel[:3] = 0.0 if velocity is None else velocity
        mujoco.mj_setConst(self.model, mujoco.MjData(self.model))
        mujoco.mj_forward(self.model, self.data)

    def place_soft_body(
        self, position: np.ndarray, yaw: float, mass: float, stiffness: float,
    ) -> None:
        """
        Put the scene's flex at rest, undeformed, with its centre at a position (3,) [m].

        :param position: in base_link
        :param yaw: about base z, from how it was built [rad]
        :param stiffness: Young's modulus [Pa]; the flex was built with 1 Pa
        """
        model, bodies = self.model, self.model.flex_vertbodyid
        model.flex_stiffness[:] = stiffness * self._flex_stiffness
        model.body_mass[bodies] = mass / len(bodies)
        built = model.body_pos[bodies]
        cos, sin = np.cos(yaw), np.sin(yaw)
        turned = (built - built.mean(0)) @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        # Each vertex is a body on three slides along x, y and z.
        slides = model.jnt_qposadr[model.body_jntadr[bodies]][:, None] + np.arange(3)
        self.data.qpos[slides] = position + turned - built
        mujoco.mj_setConst(model, mujoco.MjData(model))
        mujoco.mj_forward(model, self.data)

    def place_joint(self, name: str, position: float, resistance: float) -> None:
        """Put a slide joint at rest at a position [m], with dry friction of a resistance [N]."""
        self.model.joint(name).frictionloss = resistance
        self.data.joint(name).qpos = position
        mujoco.mj_forward(self.model, self.data)

    def hold_height(self, height: float) -> None:
        """Keep the tip at a height [m] in base_link until the next reset."""
        self._height = height

    def advance(self, duration: float, look: Callable[[int], None] | None = None) -> None:
        """
        Let the world run for `duration` [s], a multiple of the servo period.

        :param look: is called at each time step between two servo periods, with how many have
            passed since the last one
        """
        for _ in range(round(duration / SERVO_PERIOD)):
            while self._commands and self._commands[0][0] <= self.data.time + 1e-9:
                self._setpoint = self._commands.popleft()[1]
            self.data.ctrl[:6] = self._setpoint.joint_velocities(self)
            if look is None:
                mujoco.mj_step(self.model, self.data, SUBSTEPS)
            else:
                for step in range(1, SUBSTEPS + 1):
                    mujoco.mj_step(self.model, self.data)
                    if step < SUBSTEPS:
                        look(step)
            self._force += FORCE_FILTER * (self._contact_force() - self._force)

    def solve(self, tip_position: np.ndarray, iterations: int = 30) -> np.ndarray:
        """
        Return joint positions (6,) [rad] that put the tip there, tool pointing down.

        :raises ValueError: if the position [m, base_link] is out of reach.
        """
        scratch = mujoco.MjData(self.model)
        scratch.qpos[:6] = HOME
        for _ in range(iterations):
            mujoco.mj_kinematics(self.model, scratch)
            mujoco.mj_comPos(self.model, scratch)
            error = tip_position - scratch.site_xpos[self._tip]
            step = self._inverse(scratch, error, _tilt(scratch.site_xmat[self._tip]))
            scratch.qpos[:6] += np.clip(step, -0.3, 0.3)
            if np.abs(step).max() < 1e-7:
                break
        if np.linalg.norm(error) > 1e-4:
            raise ValueError(
                f"tip position {np.round(tip_position, 3)} m is out of the arm's reach")
        return scratch.qpos[:6].copy()

    def joint_velocities_for(self, velocity: np.ndarray) -> np.ndarray:
        """
        Return the joint velocities (6,) [rad/s] for a linear velocity (3,) [m/s] of the tool.

        The tool stays upright, and at the height that is held, if any.
        """
        tilt = _tilt(self.data.site_xmat[self._tip])
        if self._height is not None:
            error = self._height - self.data.site_xpos[self._tip, 2]
            velocity = np.append(velocity[:2], HEIGHT_GAIN * error)
        return self._inverse(self.data, velocity, ORIENTATION_GAIN * tilt)

    def _inverse(self, data: mujoco.MjData, linear: np.ndarray, angular: np.ndarray) -> np.ndarray:
        J = self._jacobian
        mujoco.mj_jacSite(self.model, data, J[:3], J[3:], self._tip)
        return damped_solution(J[:, :6], np.concatenate([linear, angular]))

    def _contact_force(self) -> np.ndarray:
        total = np.zeros(3)
        for index in range(self.data.ncon):
            contact = self.data.contact[index]
            if self._peg not in (contact.geom1, contact.geom2):
                continue
            mujoco.mj_contactForce(self.model, self.data, index, self._wrench)
            world = self._wrench[:3] @ contact.frame.reshape(3, 3)
            total += world if contact.geom2 == self._peg else -world
        return total


def _tilt(rotation: np.ndarray) -> np.ndarray:
    """Rotation vector [rad] from the tool's axes to x along base x, z down."""
    # Half the sum of the cross products of the tool's axes x, y, z with those wanted:
    # (1, 0, 0), (0, -1, 0), (0, 0, -1). Written out, as np.cross took a third of the simulation.
    _, y0, z0, x1, _, z1, x2, y2, _ = rotation.ravel().tolist()
    return 0.5 * np.array([y2 - z1, x2 + z0, -x1 - y0])
