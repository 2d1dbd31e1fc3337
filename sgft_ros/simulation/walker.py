"""walker-walk of the DeepMind Control Suite (Tassa et al. 2018) as a Gymnasium environment."""

import gymnasium
import mujoco
import numpy as np
from sgft_ros.simulation.walker_model import build_walker, VELOCITY

CONTROL_TIMESTEP = 0.025  # [s]
STAND_HEIGHT = 1.2        # of the torso, from which on standing earns all [m]
WALK_SPEED = 1.0          # from which on walking earns all [m/s]
# How standing is worth less below its bounds: 0.1 at half of the height.
FALLING = np.sqrt(-2.0 * np.log(0.1)) / (STAND_HEIGHT / 2)


class WalkerWalk(gymnasium.Env):
    """
    The suite's model, starts, observations, reward and way of stepping; it never terminates.

    dm_control itself, of which version 1.0.50 is the newest, cannot read the models of MuJoCo 4.0
    (`'MjModel' object has no attribute 'flex_vertedge'`). Source: dm_control/suite/walker.py.
    """

    def __init__(self):
        self.model = build_walker()
        self.data = mujoco.MjData(self.model)
        self.dt = CONTROL_TIMESTEP
        self._substeps = round(CONTROL_TIMESTEP / self.model.opt.timestep)
        self._torso = self.model.body('torso').id
        low, high = self.model.actuator_ctrlrange.astype(np.float32).T
        self.action_space = gymnasium.spaces.Box(low, high)
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, self._observe().shape)

    def reset(self, *, seed=None, options=None):
        """Start at random joint angles, the torso at any angle and in any contact."""
        super().reset(seed=seed)
        mujoco.mj_resetData(self.model, self.data)
        for joint in range(self.model.njnt):
            if self.model.jnt_limited[joint]:
                low, high = self.model.jnt_range[joint]
            elif self.model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_HINGE:
                low, high = -np.pi, np.pi
            else:
                continue
            self.data.qpos[self.model.jnt_qposadr[joint]] = self.np_random.uniform(low, high)
        mujoco.mj_forward(self.model, self.data)
        return self._observe(), {}

    def step(self, action):
        """Apply torques (6,), -1...1 of the most that the motors have, for one control step."""
        self.data.ctrl[:] = action
        # In this order poses and sensors are those of the state that was reached.
        mujoco.mj_step2(self.model, self.data)
        mujoco.mj_step(self.model, self.data, self._substeps - 1)
        mujoco.mj_step1(self.model, self.data)
        return self._observe(), self._reward(), False, False, {}

    def _observe(self):
        """Return orientations of the bodies (14,), height [m] and velocities (9,)."""
        orientations = self.data.xmat[1:, [0, 2]].ravel()
        return np.concatenate([
            orientations, [self.data.xpos[self._torso, 2]], self.data.qvel]).astype(np.float32)

    def _reward(self):
        """Return 0...1: most of it for standing, all of it for walking upright."""
        below = max(0.0, STAND_HEIGHT - self.data.xpos[self._torso, 2])
        standing = np.exp(-0.5 * (FALLING * below) ** 2)
        upright = (1.0 + self.data.xmat[self._torso, 8]) / 2.0
        velocity = self.data.sensor(VELOCITY).data[0]
        walking = np.clip(velocity / WALK_SPEED, 0.0, 1.0)
        return float((3.0 * standing + upright) / 4.0 * (5.0 * walking + 1.0) / 6.0)
