"""Who was asked and died is asked again, once it is back; who is slow is not."""

import subprocess
import sys

from data_path import kill
from policies import servo_tensors
from policy_rig import running_policy
import pytest
from sgft_ros.nodes.servers import replaced
from std_srvs.srv import Trigger

SERVICE = 'simulated_robot/reset'
HANGS = f"""
import time
import sgft_ros
import rclpy
from std_srvs.srv import Trigger

rclpy.init()
node = rclpy.create_node('robot')
node.create_service(Trigger, '{SERVICE}', lambda *_: time.sleep(1000.0))
rclpy.spin(node)
"""
OLD, NEW, OTHER = b'old', b'new', b'other'


@pytest.mark.parametrize('asked, there, lost', [
    ({OLD}, {OLD}, False),
    ({OLD}, set(), True),
    ({OLD}, {NEW}, True),
    ({OLD}, {OLD, NEW}, True),             # killed and started again: both are seen for a while
    ({OLD, NEW}, {NEW}, False),            # asked in that while
    ({OLD, NEW}, {OLD, NEW, OTHER}, True),
    (set(), {NEW}, False),                 # middleware that does not tell
])
def test_a_request_is_lost_with_all_who_heard_it(asked, there, lost):
    assert replaced(asked, there) == lost


def test_a_robot_that_was_killed_in_the_midst_of_a_reset_is_asked_again_at_once(
        domain_id, tmp_path):
    asked = []

    def answer(_, response):
        asked.append(True)
        response.success = True
        return response

    with running_policy(tmp_path, servo_tensors(descent=0.0), resets=False) as rig:
        robot = subprocess.Popen([sys.executable, '-c', HANGS])
        try:
            rig.until(lambda: f'waiting for the answer of /{SERVICE}' in rig.problem,
                      what='a word of who was asked')
        finally:
            kill(robot)
        rig.node.create_service(Trigger, SERVICE, answer)
        rig.until(lambda: rig.transitions, timeout=30.0, what='an episode')
    assert len(asked) == 1 + rig.transitions[-1].episode
