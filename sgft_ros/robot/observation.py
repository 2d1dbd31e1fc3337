"""From raw sensor values to observations: one code for simulation, live nodes and bags."""

from collections.abc import Mapping
import math

import numpy as np
from sgft_ros.robot.contract import RobotContract

_FLOAT32 = float(np.finfo(np.float32).max)


class ObservationAssembler:
    """Join the terms of a contract in order, scaled and clipped; the same bits everywhere."""

    def __init__(self, contract: RobotContract):
        """Prepare the buffers; the contract says which terms `assemble` expects."""
        terms = contract.observation
        low, high = np.array(contract.observation_clip).T
        self.names = contract.observation_names
        self.size = contract.observation_size
        self._values = np.empty(self.size)
        self._scale = np.array(contract.observation_scale)
        self._low, self._high = np.maximum(low, -_FLOAT32), np.minimum(high, _FLOAT32)
        ends = np.cumsum([term.size for term in terms]).tolist()
        # Views into the buffer, so that filling a term is one copy.
        self._views = [(term.name, (term.size,), self._values[end - term.size:end])
                       for term, end in zip(terms, ends, strict=True)]

    def assemble(self, raw: Mapping[str, np.ndarray]) -> np.ndarray:
        """
        Return the observation (size,) float32 of raw terms in the units of the contract.

        Numbers beyond float32 are limited to its range.

        :raises ValueError: naming the term that is missing, has another size or is not finite
        """
        for name, shape, view in self._views:
            try:
                values = raw[name]
            except KeyError:
                raise ValueError(f'observation term {name!r} is missing; '
                                 f'got: {", ".join(sorted(raw))}') from None
            if np.shape(values) != shape:
                raise ValueError(f'observation term {name!r}: expected shape {shape}, '
                                 f'got {np.shape(values)}')
            view[...] = values
        if not math.isfinite(self._values.sum()):
            self._refuse_non_finite()
        scaled = np.minimum(np.maximum(self._values * self._scale, self._low), self._high)
        return scaled.astype(np.float32)

    def _refuse_non_finite(self):
        """Raise if a term is not finite; a sum may overflow although each number is."""
        for name, _, view in self._views:
            if not np.isfinite(view).all():
                raise ValueError(
                    f'observation term {name!r}: expected finite numbers, got {view.tolist()}')
