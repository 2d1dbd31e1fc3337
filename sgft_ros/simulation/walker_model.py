"""The planar walker of the DeepMind Control Suite (Tassa et al. 2018), built from its numbers."""

from typing import NamedTuple

import mujoco

TIMESTEP = 0.0025     # [s]
TORSO_HEIGHT = 1.3    # of its centre, before an episode begins [m]
TORSO = 0.3, 0.07     # half length and radius [m]
FRICTION = [0.7, 0.1, 0.1]  # sliding [], torsional [m], rolling [m]
SIDES = {'right': -0.05, 'left': 0.05}  # y of a leg [m]
ROOT = (  # how the torso moves in its plane
    ('rootz', mujoco.mjtJoint.mjJNT_SLIDE, (0, 0, 1)),
    ('rootx', mujoco.mjtJoint.mjJNT_SLIDE, (1, 0, 0)),
    ('rooty', mujoco.mjtJoint.mjJNT_HINGE, (0, 1, 0)))
VELOCITY = 'torso_velocity'  # sensor: of the centre of mass of all [m/s]


class Segment(NamedTuple):
    """A part of a leg, a capsule that hangs on the one before it; the first on the torso."""

    name: str
    joint: str
    place: tuple[float, float]  # x, z in the part before [m]
    pivot: tuple[float, float]  # x, z of the joint in this part [m]
    centre: float               # z of the capsule [m]
    half_length: float          # [m]
    radius: float               # [m]
    limits: tuple[float, float]  # of the joint [degree]
    torque: float               # the most that its motor has [N m]


LEG = (
    Segment('thigh', 'hip', (0.0, -0.3), (0.0, 0.0), -0.225, 0.225, 0.05, (-20.0, 100.0), 100.0),
    Segment('leg', 'knee', (0.0, -0.7), (0.0, 0.25), 0.0, 0.25, 0.04, (-150.0, 0.0), 50.0),
    Segment('foot', 'ankle', (0.06, -0.25), (-0.06, 0.0), 0.0, 0.1, 0.05, (-45.0, 45.0), 20.0))


def build_walker() -> mujoco.MjModel:
    """Return the compiled model: a torso that moves in a plane, two legs, six motors."""
    spec = mujoco.MjSpec()
    spec.option.timestep = TIMESTEP
    spec.worldbody.add_geom(
        type=mujoco.mjtGeom.mjGEOM_PLANE, pos=[248, 0, 0], size=[250, 0.8, 0.2],
        friction=FRICTION, contype=1, conaffinity=1)
    torso = spec.worldbody.add_body(name='torso', pos=[0, 0, TORSO_HEIGHT])
    for name, kind, axis in ROOT:
        torso.add_joint(name=name, type=kind, axis=axis)
    _add_capsule(torso, *TORSO)
    for side, y in SIDES.items():
        part = torso
        for segment in LEG:
            part = _add_segment(spec, part, side, segment, y if part is torso else 0.0)
    spec.add_sensor(
        name=VELOCITY, type=mujoco.mjtSensor.mjSENS_SUBTREELINVEL,
        objtype=mujoco.mjtObj.mjOBJ_BODY, objname='torso')
    return spec.compile()


def _add_segment(spec, parent, side, segment, y):
    x, z = segment.place
    body = parent.add_body(name=f'{side}_{segment.name}', pos=[x, y, z])
    name = f'{side}_{segment.joint}'
    body.add_joint(
        name=name, type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, -1, 0],
        pos=[segment.pivot[0], 0, segment.pivot[1]], range=segment.limits,
        limited=mujoco.mjtLimited.mjLIMITED_TRUE, damping=0.1, armature=0.01,
        solimp_limit=[0, 0.99, 0.01, 0.5, 2])
    lies = segment.name == 'foot'  # along x, the others along z
    _add_capsule(body, segment.half_length, segment.radius, segment.centre, lies)
    motor = spec.add_actuator(
        name=name, trntype=mujoco.mjtTrn.mjTRN_JOINT, target=name, ctrlrange=[-1, 1],
        ctrllimited=mujoco.mjtLimited.mjLIMITED_TRUE)
    motor.gear[0] = segment.torque
    return body


def _add_capsule(body, half_length, radius, z=0.0, lies=False):
    """Add what touches the floor, and nothing else."""
    quaternion = [0.5**0.5, 0, 0.5**0.5, 0] if lies else [1, 0, 0, 0]
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_CAPSULE, pos=[0, 0, z], quat=quaternion,
        size=[radius, half_length, 0], friction=FRICTION, contype=1, conaffinity=0)
