"""Between two episodes: stop, reset, wait until the sensors show it, arm."""

from collections.abc import Callable
from time import monotonic

import numpy as np
from sgft_ros.nodes.interlocks import Interlocks
from sgft_ros.nodes.sensors import Sensors
from sgft_ros.nodes.servers import Servers
from sgft_ros.nodes.state_source import make_state_source
from sgft_ros.robot import RobotContract
from sgft_ros.robot.homing import Homing
from std_srvs.srv import SetBool, Trigger

ENABLE_SERVICE = 'safety_gate/enable'
RESET_TIMEOUT = 60.0   # [s]; a real arm drives to its start
ENABLE_TIMEOUT = 1.0   # [s]
SLOW = 3.0             # [s] without an answer, after which that is told
RETRY_DELAY = 0.5      # [s] after a refusal
SETTLING = 0.3         # [s] from finding a service to the first call
DISARM, RESET, HOME, CONFIRM = 'stopping', 'resetting', 'homing', 'waiting for the operator'
MOST_REFUSED = 2  # refused actions in a row after which the gate counts as disarmed
LOOK, ARM, READY = 'looking', 'arming', 'ready'
BEFORE = {  # the last two steps, by the kind of reset
    'service': (DISARM, RESET),
    'home': (DISARM, LOOK, ARM, HOME, DISARM),
    'operator': (DISARM,),
}


class Preparation:
    """
    Bring the robot to the start of an episode, one asynchronous step after the other.

    Every step that fails or stays without answer is tried again from the stop on, for ever: the
    gate or the driver may be starting once more. Only the operator is asked once: nothing moves
    after that. `problem` says what it hangs on.
    """

    def __init__(
        self, node, contract: RobotContract, sensors: Sensors,
        act: Callable[[np.ndarray], None],
    ):
        """
        Create the clients on `node`.

        `act` publishes an action (action,) for the safety gate; times of the steps are wall times.
        """
        reset = contract.reset
        self._sensors, self._act = sensors, act
        self._interlocks = Interlocks(node, contract)
        self._clients = {ARM: node.create_client(SetBool, ENABLE_SERVICE)}
        self._clients[DISARM] = self._clients[ARM]
        if reset.kind == 'service':
            self._clients[RESET] = node.create_client(Trigger, reset.service)
        if reset.kind == 'home':
            self._homing, self._home_timeout = Homing(contract), reset.timeout
            self._measure = make_state_source(node, contract, sensors)
        self._steps = (
            *BEFORE[reset.kind], *((CONFIRM,) if reset.confirm else ()), LOOK, ARM, READY)
        self._servers = {client: Servers(node, client) for client in self._clients.values()}
        self._logger = node.get_logger()
        self._future = None
        self._found = {}  # client -> when its service was found [s]
        self.problem = ''
        self.stop()

    @property
    def step(self) -> str:
        """Return what is going on."""
        return self._steps[self._number]

    def stop(self, then_reset=True):
        """Stop the robot now and begin a new preparation, or leave the robot as it is."""
        self._forget()
        self._then_reset = then_reset
        self._first_again = 0  # step that is tried first after a failure
        self._begin(0)

    def advance(self) -> bool:
        """
        Go on as far as possible without waiting; return whether the gate is armed.

        To be called once per control period: on the way home each call is an action.
        """
        if self._future is not None:
            self._wait()
        elif monotonic() >= self._not_before:
            self._go_on()
        return self.step == READY

    def on_executed(self, stopped: bool) -> None:
        """Take note of what the gate made of an action on the way home."""
        if self.step == HOME:
            self._refused = self._refused + 1 if stopped else 0
            if self._refused == MOST_REFUSED:
                self._fail('the safety gate stops the robot')

    def on_ready(self, _, response):
        """Answer the operator, who says that all is in its place and nobody in the way."""
        response.success = self.step == CONFIRM
        if response.success:
            response.message = 'the episode begins'
            self._first_again = self._number + 1
            self._begin(self._number + 1)
        else:
            response.message = f'nobody waits for that: {self.step}'
        return response

    def _begin(self, number):
        self._number, self._refused = number, 0
        self._not_before = 0.0
        self._deadline = monotonic() + getattr(self, '_home_timeout', 0.0)
        self._seen_from = self._sensors.nanoseconds()
        if self.step in (DISARM, RESET, ARM):
            self._go_on()

    def _go_on(self):
        """Do what this step is about, if the robot may be moved where it is about motion."""
        step = self.step
        if step in (RESET, HOME, ARM) and (problems := self._interlocks.problems()):
            # On its way home the robot has been stopped, and the gate disarmed.
            (self._fail if step == HOME else self._report)('; '.join(problems))
        elif step == LOOK:
            self._look()
        elif step == HOME:
            self._go_home()
        elif step == CONFIRM:
            self._report(CONFIRM)
        elif step != READY:
            self._call(step)

    def _call(self, step):
        """Call the service of this step, if somebody offers it."""
        client = self._clients[step]
        request, timeout = {
            DISARM: (SetBool.Request(data=False), ENABLE_TIMEOUT),
            RESET: (Trigger.Request(), RESET_TIMEOUT),
            ARM: (SetBool.Request(data=True), ENABLE_TIMEOUT),
        }[step]
        # A server that has just been found may not have found this client: it would miss the call.
        if not client.service_is_ready():
            self._found.pop(client, None)
            self._report(f'waiting for the service {client.srv_name}')
            return
        if monotonic() < self._found.setdefault(client, monotonic()) + SETTLING:
            return
        self._client, self._called = client, monotonic()
        self._deadline = self._called + timeout
        self._future = self._servers[client].ask(request)
        self._future.add_done_callback(self._on_answer)

    def _wait(self):
        """Wait for the answer, as long as somebody is there to give it."""
        client = self._client
        if self._servers[client].lost():
            self._found.pop(client, None)
            self._fail(f'whoever offered the service {client.srv_name} went away')
            self._logger.warning(self.problem)
        elif monotonic() > self._deadline:
            self._fail('no answer')
        elif monotonic() > self._called + SLOW:
            self._report(f'waiting for the answer of {client.srv_name}')

    def _on_answer(self, future):
        if future is not self._future or future.cancelled():
            return
        self._future = None
        answer = future.result()
        if not answer.success:
            self._fail(answer.message)
        elif self._then_reset:
            self.problem = ''
            self._begin(self._number + 1)
        else:
            self._not_before = float('inf')  # stopped, which is all that was wanted

    def _look(self):
        """Go on as soon as every observation was made after the step before."""
        self._sensors.update()
        # A clock that was set back need not come again to where the step before was.
        self._seen_from = min(self._seen_from, self._sensors.nanoseconds())
        problems = self._sensors.problems()
        if problems or not self._sensors.newer_than(self._seen_from):
            self._report('; '.join(problems) or 'no observation since the reset')
            return
        self._begin(self._number + 1)

    def _go_home(self):
        """Publish the next action on the way home; the gate limits it like any other."""
        measured = self._measure()
        if monotonic() > self._deadline or measured is None:
            self._fail('where the robot is, is not known' if measured is None else
                       f'not at home within {self._home_timeout:g} s')
            return
        action = self._homing.action(measured)
        if action is None:
            self._begin(self._number + 1)
        else:
            self._act(action)

    def _fail(self, reason):
        self._report(f'{self.step}: {reason}')
        self._forget()
        self._number = self._first_again
        self._not_before = monotonic() + RETRY_DELAY

    def _forget(self):
        if self._future is not None:
            self._client.remove_pending_request(self._future)
            self._future = None

    def _report(self, problem):
        if problem != self.problem:
            self.problem = problem
            self._logger.debug(problem)
