"""The `Persist` interface: a component that can be saved to a state and restored from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, Self, TypeVar

State = TypeVar("State")
Arguments = TypeVar("Arguments")


class Persist(ABC, Generic[State, Arguments]):
    """A component whose state can be saved, and that can be made again from it.

    The state is plain data, a class declared with `@schema`, say; what can't be data (files, sockets,
    other components) comes as constructor arguments.

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
        """The current state."""

    @classmethod
    @abstractmethod
    def restore(cls, arguments: Arguments, state: State) -> Self:
        """Make the component again.

        Args:
            arguments: What its constructor needs besides the state.
            state: What `save` gave.
        """
