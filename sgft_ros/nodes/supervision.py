"""What a human says of a run by the buttons of a joystick."""

from sgft_ros.msg import LearnerStatus
from sgft_ros.nodes import qos
from sgft_ros.nodes.joystick import EVERY_PRESS, JoystickInput
from sgft_ros.robot import RobotContract
from sgft_ros.tasks.outcome import Outcome
from std_srvs.srv import SetBool

PAUSE_SERVICE = 'learner/pause'
PAUSED = 'paused'  # phase in LearnerStatus
VERDICTS = {'success': Outcome(1.0, True, True), 'failure': Outcome(0.0, True, False)}


class Supervision:
    """
    How the episode ended, that it is to be given up, and whether the learner learns.

    What was said of an episode is forgotten when the next one begins.
    """

    def __init__(self, node, contract: RobotContract):
        """Join the topic of the joystick on `node`, if the contract has one."""
        self._logger = node.get_logger()
        self._paused = False
        self._pause = None
        if contract.human is not None and 'pause_learner' in dict(contract.human.buttons):
            self._pause = node.create_client(SetBool, PAUSE_SERVICE)
            node.create_subscription(
                LearnerStatus, 'learner_status', self._on_status, qos.LATEST)
        self._joystick = JoystickInput(node, contract, EVERY_PRESS, self._on_press)
        self.begin_episode()

    def begin_episode(self) -> None:
        """Forget what was said before."""
        self.verdict = None  # Outcome that replaces the task's
        self.abort = False

    def _on_press(self, name):
        if name in VERDICTS:
            self.verdict = VERDICTS[name]
        elif name == 'abort':
            self.abort = True
        else:
            self._toggle_pause()

    def _toggle_pause(self):
        if not self._pause.service_is_ready():
            self._logger.warning(f'{PAUSE_SERVICE}: there is no learner')
            return
        wanted = not self._paused
        self._pause.call_async(SetBool.Request(data=wanted)).add_done_callback(
            lambda future: self._on_answer(future.result(), wanted))

    def _on_answer(self, answer, wanted):
        if answer.success:
            self._paused = wanted
        self._logger.info(f'learner: {answer.message}')

    def _on_status(self, status):
        # Others may pause it too, and a learner that was started again is not paused.
        self._paused = status.phase == PAUSED
