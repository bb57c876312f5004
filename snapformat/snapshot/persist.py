"""The `Persist` interface: components that can be saved to a state and restored from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, Self, TypeVar

State = TypeVar("State")
Arguments = TypeVar("Arguments")


class Persist(ABC, Generic[State, Arguments]):
    """A component whose state can be saved and restored.

    The state is plain data, such as a class declared with `@schema`. Objects that can't be data (files,
    sockets, other components) are passed as constructor arguments.

    Example:
        ```python
        class Counter(Persist[CounterState, Clock]):
            def save(self) -> CounterState:
                return CounterState(count=self.count)

            @classmethod
            def restore(cls, arguments: Clock, state: CounterState) -> Self:
                return cls(arguments, state.count)
        ```
    """

    @abstractmethod
    def save(self) -> State:
        """Return the current state."""

    @classmethod
    @abstractmethod
    def restore(cls, arguments: Arguments, state: State) -> Self:
        """Make the component from a state.

        Args:
            arguments: Constructor arguments other than the state.
            state: A state returned by `save`.
        """
