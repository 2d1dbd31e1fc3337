"""The stop of a robot that takes targets: repeated, but not when others may move the robot."""

from command_kinds import changes
from geometry_msgs.msg import PoseStamped
import pytest
from robots import write_contract
from safety_gate_rig import PERIOD, Rig, start_gate
from sgft_ros.nodes.ending import initialised
from sgft_ros.nodes.safety_gate import STOPS
from sgft_ros.robot.messages import stamp_seconds


class PoseRig(Rig):
    """A robot that takes poses, at rest."""

    def __init__(self):
        """Listen to the targets."""
        super().__init__()
        self.targets = []
        self.create_subscription(PoseStamped, 'target_pose', self.targets.append, 10)

    def lead(self):
        """Arm the gate and let it send a target; return how many it has sent."""
        self.enable_when_ready()
        self.act_and_wait(1.0, 0.0, 0.0)
        self.wait(lambda: self.targets, 'target')
        return len(self.targets)


@pytest.fixture
def rig(domain_id, tmp_path):
    change = changes('pose') | {'command.topic': 'target_pose'}
    gate = start_gate(robot=write_contract(tmp_path, change))
    with initialised():
        yield PoseRig()
    gate.terminate()
    assert gate.wait() == 0, gate.stderr.read()


@pytest.mark.parametrize('service, wanted', [('enable', False), ('lock', True)])
def test_no_stop_comes_after_the_answer_that_the_gate_is_disarmed(rig, service, wanted):
    before = rig.lead()
    getattr(rig, service)(wanted)
    answered = stamp_seconds(rig.stamp())
    rig.spin(4 * PERIOD)
    stops = rig.targets[before:]
    assert len(stops) == STOPS
    assert all(stop.pose == stops[0].pose for stop in stops)
    assert stamp_seconds(stops[-1].header.stamp) < answered



def test_an_action_that_is_late_does_not_keep_the_stop_from_being_repeated(rig):
    before = rig.lead()
    rig.wait(lambda: len(rig.targets) > before, 'stop of the silence')
    rig.act(1.0, 0.0, 0.0)
    rig.wait(lambda: len(rig.targets) == before + STOPS, 'stops', 10.0)
