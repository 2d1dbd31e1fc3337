"""Where the steps of a learner are computed: on the CPU, or on a GPU as captured CUDA graphs."""

from collections import Counter
from collections.abc import Callable, Mapping
from math import prod

import torch

WARM_UP = 3  # steps before one is captured, in which PyTorch sets up its libraries

Tensors = Mapping[str, torch.Tensor]
Step = Callable[[Tensors], Tensors]  # changes a learner's tensors, returns losses ()


def find_device(name: str) -> torch.device:
    """
    Return the device that a FineTuningConfig names; 'auto' is a GPU, if there is one.

    :raises ValueError: if PyTorch sees no GPU, but one is asked for
    """
    seen = torch.cuda.is_available()
    if name == 'cuda' and not seen:
        raise ValueError(
            "device: expected a GPU for 'cuda', but this PyTorch sees none; choose 'cpu', or "
            "'auto', which takes a GPU where there is one")
    return torch.device('cuda' if seen and name != 'cpu' else 'cpu')


def steps_on(
    device: torch.device, generator: torch.Generator | None = None,
) -> Callable[[Step, Tensors], Tensors]:
    """
    Return what takes a step of a learner on a minibatch.

    :param device: where the learner was made
    :param generator: of the learner's random numbers there, if it draws any
    """
    if device.type == 'cpu':
        _keep_what_is_freed()
        return lambda step, batch: step(batch)
    return GraphedSteps(device, generator)


def _keep_what_is_freed() -> None:
    """
    Let the C library keep the memory that a step frees for the next one.

    It would give it back, and the next step would wait for the system to clear page after page.
    glibc does so with what is more than twice the largest block that was freed before, one of up
    to 32 MiB (mallopt(3), M_MMAP_THRESHOLD). This one is never touched, so it costs nothing.
    """
    torch.empty(31 << 20, dtype=torch.uint8, device='cpu')


class GraphedSteps:
    """
    Captures each step of a learner as a CUDA graph, and replays it from then on.

    A step is some hundred kernels of microseconds: one by one, the GPU waits for Python to launch
    them. A step that is replayed does not run Python again. So it must find everything that it
    changes where that was, must not look at a number, and must not count.
    """

    def __init__(self, device: torch.device, generator: torch.Generator | None):
        self._device, self._generator = device, generator
        self._taken = Counter()  # by step, times without a graph
        self._graphs = {}        # by step, with what it returns
        self._shapes = {}        # of the minibatch
        self._sent, self._batch = None, {}
        self._arrived = torch.cuda.Event()

    def __call__(self, step: Step, batch: Tensors) -> Tensors:
        """Take a step on a minibatch in the memory of the CPU; return its losses."""
        shapes = {name: column.shape for name, column in batch.items()}
        if shapes != self._shapes:
            self._allocate(shapes)
        self._upload(batch)
        if step not in self._graphs:
            if self._taken[step] < WARM_UP:
                self._taken[step] += 1
                return self._aside(step)
            self._graphs[step] = self._captured(step)
        graph, losses = self._graphs[step]
        graph.replay()
        return losses

    def _allocate(self, shapes):
        """Make room for minibatches of other shapes, of which no graph knows."""
        self._graphs.clear()
        self._taken.clear()
        self._shapes = shapes
        lengths = [prod(shape) for shape in shapes.values()]
        self._sent = torch.empty(sum(lengths), pin_memory=True)
        self._received = torch.empty_like(self._sent, device=self._device)
        self._parts, self._batch = (
            {name: part.view(shape)
             for (name, shape), part in zip(shapes.items(), flat.split(lengths), strict=True)}
            for flat in (self._sent, self._received))

    def _upload(self, batch):
        """Send all columns at once."""
        self._arrived.synchronize()  # what was sent before lies where these go
        for name, part in self._parts.items():
            part.copy_(batch[name])
        self._received.copy_(self._sent, non_blocking=True)
        self._arrived.record()

    def _aside(self, step):
        """Take a step in a stream of its own, as a capture wants it."""
        current, own = torch.cuda.current_stream(), torch.cuda.Stream()
        own.wait_stream(current)
        with torch.cuda.stream(own), self._device:
            losses = step(self._batch)
        current.wait_stream(own)
        return losses

    def _captured(self, step):
        graph = torch.cuda.CUDAGraph()
        if self._generator is not None:
            graph.register_generator_state(self._generator)
        with torch.cuda.graph(graph), self._device:
            losses = step(self._batch)
        return graph, losses
