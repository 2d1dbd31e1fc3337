"""What a human says of a run by the buttons of a joystick."""

from sgft_ros.nodes.joystick import EVERY_PRESS, JoystickInput
from sgft_ros.nodes.learner_watch import LearnerWatch
from sgft_ros.robot import RobotContract
from sgft_ros.tasks.outcome import Outcome
from std_srvs.srv import SetBool

PAUSE_SERVICE = 'learner/pause'
VERDICTS = {'success': Outcome(1.0, True, True), 'failure': Outcome(0.0, True, False)}


class Supervision:
    """
    How the episode ended, that it is to be given up, and whether the learner learns.

    What was said of an episode is forgotten when the next one begins.
    """

    def __init__(self, node, contract: RobotContract, learner: LearnerWatch):
        """Join the topic of the joystick on `node`, if the contract has one."""
        self._logger = node.get_logger()
        self._learner = learner
        if contract.human is not None and 'pause_learner' in dict(contract.human.buttons):
            self._pause = node.create_client(SetBool, PAUSE_SERVICE)
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
        wanted = not self._learner.paused
        self._pause.call_async(SetBool.Request(data=wanted)).add_done_callback(
            lambda future: self._on_answer(future.result(), wanted))

    def _on_answer(self, answer, wanted):
        if answer.success:
            self._learner.paused = wanted  # its next status comes later than the next press
        self._logger.info(f'learner: {answer.message}')
