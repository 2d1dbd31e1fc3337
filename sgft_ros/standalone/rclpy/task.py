"""Results that come later, and callbacks that wait for them."""

from inspect import iscoroutine, iscoroutinefunction
import sys
import threading
import traceback
import warnings


class Future:
    """A result that is set once; waiting coroutines and callbacks hear of it."""

    def __init__(self, *, executor=None):
        """Run done callbacks in an executor if there is one, else where the result is set."""
        # Signal handlers set results too, in the middle of anything: hence reentrant.
        self._lock = threading.RLock()
        self._done = False
        self._cancelled = False
        self._result = None
        self._exception = None
        self._exception_fetched = False
        self._callbacks = []
        self._wakers = []
        self._executor = executor

    def __del__(self):
        """Tell of an exception that nobody asked for."""
        if self._exception is not None and not self._exception_fetched:
            print('The following exception was never retrieved: ' + str(self._exception),
                  file=sys.stderr)

    def __await__(self):
        """Let the executor do other things until the result is there."""
        while not self.done():
            yield self
        return self.result()

    def cancel(self):
        """Give it up; of no effect once it is done."""
        with self._lock:
            if not self._done:
                self._cancelled = True
        self._tell()

    def cancelled(self):
        """Return whether it was given up."""
        return self._cancelled

    def done(self):
        """Return whether there is a result or an exception, or it was given up."""
        return self._done or self._cancelled

    def result(self):
        """Return the result, None before it is set; raise the exception if one was set."""
        if self._exception is not None:
            raise self.exception()
        return self._result

    def exception(self):
        """Return the exception, or None."""
        self._exception_fetched = True
        return self._exception

    def set_result(self, result):
        """Set the result and tell all who wait."""
        with self._lock:
            self._result = result
            self._done = True
            self._cancelled = False
        self._tell()

    def set_exception(self, exception):
        """Set an exception for `result` to raise, and tell all who wait."""
        with self._lock:
            self._exception = exception
            self._exception_fetched = False
            self._done = True
            self._cancelled = False
        self._tell()

    def add_done_callback(self, callback):
        """Call `callback(future)` once it is done, at once if it is."""
        with self._lock:
            self._callbacks.append(callback)
        if self.done():
            self._tell()

    def remove_done_callback(self, callback):
        """Forget a callback that was not called; return whether it was known."""
        with self._lock:
            if callback not in self._callbacks:
                return False
            self._callbacks.remove(callback)
            return True

    def _set_executor(self, executor):
        self._executor = executor

    def _on_done(self, wake):
        """Call `wake()` when it is done, where that happens."""
        with self._lock:
            self._wakers.append(wake)
        if self.done():
            wake()

    def _tell(self):
        with self._lock:
            callbacks, self._callbacks = self._callbacks, []
            wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()
        for callback in callbacks:
            if self._executor is not None:
                self._executor.create_task(callback, self)
                continue
            try:
                callback(self)
            except Exception:
                warnings.warn('Unhandled exception in done callback: '
                              + traceback.format_exc(), stacklevel=2)


class Task(Future):
    """A function or coroutine that an executor runs, step by step."""

    def __init__(self, handler, args=None, kwargs=None, executor=None):
        """Take what to call; it begins with the first call of the task."""
        super().__init__(executor=executor)
        args, kwargs = args or (), kwargs or {}
        if iscoroutine(handler):
            self._coroutine, self._function = handler, None
        elif iscoroutinefunction(handler):
            self._coroutine, self._function = handler(*args, **kwargs), None
        else:
            self._coroutine, self._function = None, lambda: handler(*args, **kwargs)
        self._executing = False
        self.awaits = None  # the Future without which there is nothing to do

    def executing(self):
        """Return whether a step is being run."""
        return self._executing

    def __call__(self):
        """Run the next step; exceptions are kept for `result`."""
        if self.done() or self._executing:
            return
        self._executing = True
        try:
            self._step()
        except StopIteration as stop:
            self.set_result(stop.value)
        except Exception as error:
            self.set_exception(error)
        finally:
            self._executing = False

    def cancel(self):
        """Give it up; the coroutine is closed."""
        if self._coroutine is not None and not self.done() and not self._executing:
            self._coroutine.close()
        super().cancel()

    def _step(self):
        if self._coroutine is None:
            result = self._function()
            if not iscoroutine(result):
                self.set_result(result)
                return
            self._coroutine = result
        self.awaits = None
        self.awaits = self._coroutine.send(None)
        if self.awaits is not None and not isinstance(self.awaits, Future):
            raise TypeError(f'a callback awaited {self.awaits!r}; an executor of rclpy runs '
                            'coroutines that await rclpy Futures, not those of asyncio')
