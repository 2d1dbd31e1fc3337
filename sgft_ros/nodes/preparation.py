"""Between two episodes: stop, reset, wait until the sensors show it, arm."""

from time import monotonic

from std_srvs.srv import SetBool, Trigger

ENABLE_SERVICE = 'safety_gate/enable'
RESET_TIMEOUT = 60.0   # [s]; a real arm drives to its start
ENABLE_TIMEOUT = 1.0   # [s]
RETRY_DELAY = 0.5      # [s] after a refusal
SETTLING = 0.3         # [s] from finding a service to the first call
DISARM, RESET, LOOK, ARM, READY = 'stopping', 'resetting', 'looking', 'arming', 'ready'


class Preparation:
    """
    Bring the robot to the start of an episode, one asynchronous step after the other.

    Every step that fails or stays without answer is tried again from the stop on, for ever: the
    gate or the driver may be starting once more. `problem` says what it hangs on.
    """

    def __init__(self, node, sensors, interlocks, reset_service: str):
        """Create the clients on `node`; times of the steps are wall times."""
        self._sensors, self._interlocks = sensors, interlocks
        self._enable = node.create_client(SetBool, ENABLE_SERVICE)
        self._reset = node.create_client(Trigger, reset_service)
        self._logger = node.get_logger()
        self._future = None
        self._found = {}  # client -> when its service was found [s]
        self.problem = ''
        self.stop()

    def stop(self, then_reset=True):
        """Stop the robot now and begin a new preparation, or leave the robot as it is."""
        self._forget()
        self._then_reset = then_reset
        self.step = DISARM
        self._not_before = 0.0
        self._call()

    def advance(self) -> bool:
        """Go on as far as possible without waiting; return whether the gate is armed."""
        if self.step == LOOK:
            self._look()
        elif self.step != READY and self._future is None and monotonic() >= self._not_before:
            self._call()
        elif self._future is not None and monotonic() > self._deadline:
            self._fail('no answer')
        return self.step == READY

    def _call(self):
        """Call the service of this step, if somebody offers it and the robot may be moved."""
        if self.step == RESET and (problems := self._interlocks.problems()):
            self._report('; '.join(problems))
            return
        client, request, timeout = {
            DISARM: (self._enable, SetBool.Request(data=False), ENABLE_TIMEOUT),
            RESET: (self._reset, Trigger.Request(), RESET_TIMEOUT),
            ARM: (self._enable, SetBool.Request(data=True), ENABLE_TIMEOUT),
        }[self.step]
        # A server that has just been found may not have found this client: it would miss the call.
        if not client.service_is_ready():
            self._found.pop(client, None)
            self._report(f'waiting for the service {client.srv_name}')
            return
        if monotonic() < self._found.setdefault(client, monotonic()) + SETTLING:
            return
        self._client, self._deadline = client, monotonic() + timeout
        self._future = client.call_async(request)
        self._future.add_done_callback(self._on_answer)

    def _on_answer(self, future):
        if future is not self._future or future.cancelled():
            return
        self._future = None
        answer = future.result()
        if not answer.success:
            self._fail(answer.message)
            return
        self.step = {DISARM: RESET, RESET: LOOK, ARM: READY}[self.step]
        if self.step == RESET and self._then_reset:
            self._call()
        elif self.step == LOOK:
            self.problem = ''
            self._answered_at = self._sensors.now()

    def _look(self):
        """Arm as soon as every observation was made after the reset."""
        self._sensors.update()
        problems = self._sensors.problems()
        if problems or not self._sensors.newer_than(self._answered_at):
            self._report('; '.join(problems) or 'no observation since the reset')
            return
        self.step = ARM
        self._call()

    def _fail(self, reason):
        self._report(f'{self.step}: {reason}')
        self._forget()
        self.step = DISARM
        self._not_before = monotonic() + RETRY_DELAY

    def _forget(self):
        if self._future is not None:
            self._client.remove_pending_request(self._future)
            self._future = None

    def _report(self, problem):
        if problem != self.problem:
            self.problem = problem
            self._logger.debug(problem)
