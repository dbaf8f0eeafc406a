"""Addresses nobody else uses, what arrives there, and what is said to it: what the inboxes of both families share."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Final, Generic, Protocol, Self, TypeVar

from conformance.targets.platform import Platform
from reference.identity import Merchant
from reference.platform import ACCEPTANCE, LADDER, Delivery, Said
from strategies.cases import Role

__all__ = ["Mailbox"]

_HOST: Final = "https://merchant.example/notify"
_PATIENCE: Final = (0, 60, 3540)
"""Seconds a first delivery is waited for, step by step; how long it may take is not judged."""


class _Letter(Protocol):
    @property
    def delivery(self) -> Delivery: ...


AnyLetter = TypeVar("AnyLetter", bound=_Letter)


class Mailbox(ABC, Generic[AnyLetter]):
    """Notify endpoints of a check. Used in a ``with``, it leaves nothing unacknowledged behind.

    A letter belongs to an address by its URL alone, so it is found whatever it holds.
    """

    usual: Said = ACCEPTANCE
    """What is said at an address for which nothing else was agreed."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._owners: dict[str, Merchant] = {}
        self._answers: dict[str, tuple[Said, ...]] = {}
        self._letters: dict[str, list[AnyLetter]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.acknowledge()

    @abstractmethod
    def read(self, delivery: Delivery, owner: Merchant) -> AnyLetter:
        """Return *delivery* as *owner* receives it."""

    @abstractmethod
    def accepts(self, said: Said) -> bool:
        """Tell whether an answer ends the deliveries of a notification."""

    def address(self, role: Role, *answers: Said, path: str = "") -> str:
        """Return a fresh notify_url of the merchant that plays *role*.

        *answers* are given there in turn, the last one for ever; without any it is the usual one, None is no answer in time. *path* is
        appended.
        """
        address = f"{_HOST}/{self.platform.mint.number()}{path}"
        self._owners[address] = self.platform.merchant(role)
        self._answers[address] = answers or (self.usual,)
        self._letters[address] = []
        return address

    def at(self, address: str) -> list[AnyLetter]:
        """What has arrived there, oldest first."""
        return self._letters[address]

    def wait(self, seconds: float = 0) -> None:
        """Let time pass and take in what arrives meanwhile; what is not addressed here is accepted."""
        self.platform.advance(seconds, self.take)

    def expect(self, address: str, count: int = 1) -> None:
        """Wait until *count* letters have arrived at *address*, but not for ever."""
        for seconds in _PATIENCE:
            self.wait(seconds)
            if len(self._letters[address]) >= count:
                return

    def acknowledge(self) -> None:
        """From now on accept everything, and wait for what is still to be repeated."""
        pending = [address for address, letters in self._letters.items() if letters and not self.accepts(self._last(address))]
        self._answers = dict.fromkeys(self._answers, (self.usual,))
        if any(len(self._letters[address]) <= len(LADDER) for address in pending):
            self.wait(max(LADDER) + 60)

    def take(self, delivery: Delivery) -> Said:
        """Take *delivery* in and say what is said to it."""
        owner = self.owner(delivery)
        if owner is None:
            return ACCEPTANCE
        self._letters[delivery.url].append(self.read(delivery, owner))
        return self._last(delivery.url)

    def owner(self, delivery: Delivery) -> Merchant | None:
        """The merchant whose address *delivery* goes to, None for an address that is not of this mailbox."""
        return self._owners.get(delivery.url)

    def _last(self, address: str) -> Said:
        answers = self._answers[address]
        return answers[min(len(self._letters[address]), len(answers)) - 1]
