"""What has been worked out lately, kept for all visitors: whoever asks for the same gets it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The values used last, at most so many; beyond that the one used longest ago is let go."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()

    def of(self, key: Hashable, work: Callable[[], Value]) -> Value:
        """The value of a key: the one that is kept, else what the work comes to."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = work()  # without the lock: nobody waits for somebody else's work
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

    def __len__(self) -> int:
        """How many values are kept."""
        return len(self._values)
