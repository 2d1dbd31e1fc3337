"""The curves of the learner end where the disk refuses, and the learner does not."""

import subprocess
import sys

FULL_DISK = """
import resource
import sys

from sgft_ros.nodes.learner_curves import LearnerCurves
import torch.utils.tensorboard

hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
curves = LearnerCurves(sys.argv[1])
curves.add(1, {'critic_loss': 0.5})
curves.close()
print(curves.error)
"""


def test_a_full_disk_at_the_start_is_told_and_nothing_more(tmp_path):
    ended = subprocess.run(
        [sys.executable, '-c', FULL_DISK, tmp_path / 'tensorboard'], stdout=subprocess.PIPE,
        text=True)
    assert ended.returncode == 0
    assert 'File too large' in ended.stdout
