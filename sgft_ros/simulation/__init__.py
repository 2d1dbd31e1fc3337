"""MuJoCo arm and scenes, domain randomisation, pretraining of policy and value function."""

import os

# Nothing is drawn here. Otherwise MuJoCo imports GLFW, which looks at its library with a Python
# process of its own: that costs time, and its traceback stays behind where the importer is killed.
os.environ.setdefault('MUJOCO_GL', 'disable')
