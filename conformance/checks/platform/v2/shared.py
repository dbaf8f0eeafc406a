"""An order of which something was shared and returned: what its merchant is told of that, and every call about it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.checks.platform.v2.sharing import TOTAL, left, marked, ready, settled
from conformance.targets.platform import Platform
from conformance.targets.v2 import AnswerV2
from strategies.cases import Role
from strategies.v2.cases import CallV2
from strategies.v2.sharing import Finish, GiveBack, Receiver, Share, Sharing

__all__ = ["SharedOrder", "share_and_return", "told"]

PART = TOTAL // 10
"""What is shared of it, in fen; half of that is returned."""
_A_DAY = 86_400
_OF_EVERY_ANSWER = frozenset({"nonce_str", "sign", "return_msg"})


@dataclass(frozen=True, slots=True)
class SharedOrder:
    """An order of which *sharing* gave something to *to*, who gave *back* a part of it."""

    platform: Platform
    sharing: Sharing
    back: GiveBack
    to: Receiver

    def look(self) -> tuple[object, ...]:
        """What its merchant is told of it."""
        side = self.platform.v2.sharing
        return (told(side.query(self.sharing)), told(side.query_return(self.back)), left(self.platform, self.sharing.order))

    @property
    def amount(self) -> CallV2:
        """The call that asks how much is left of it."""
        return self.platform.v2.sharing.calls.amount(self.sharing.order)

    def calls(self) -> Iterator[CallV2]:
        """Every call about it that says for whom it is made, by every number it has; what asks for a change has a number of its own."""
        calls, order = self.platform.v2.sharing.calls, self.sharing.order
        for several in (True, False):
            yield calls.share(Sharing(order, (Share(self.to, 1),), several))
        yield calls.finish(Finish(order))
        yield calls.query(self.sharing)
        yield calls.give_back(GiveBack(self.sharing, self.to, 1))
        yield calls.give_back(GiveBack(self.sharing, self.to, 1, by="order_id"))
        yield calls.query_return(self.back)
        yield calls.query_return(replace(self.back, by="order_id"))


def share_and_return(platform: Platform, owner: Role, to: Receiver, *, decided: bool = True) -> SharedOrder:
    """Share a part of an order to *to* and take half of it back; wait until that is *decided*, or leave it at what was just asked for."""
    order = marked(owner)
    ready(platform, order, to)
    sharing = Sharing(order, (Share(to, PART),))
    platform.v2.sharing.share(sharing).is_accepted()
    settled(platform, sharing)
    back = GiveBack(sharing, to, PART // 2)
    platform.v2.sharing.give_back(back).is_accepted()
    if decided:
        platform.advance(_A_DAY)
    return SharedOrder(platform, sharing, back, to)


def told(answer: AnswerV2) -> dict[str, str]:
    """Return what *answer* tells; each has a nonce and a signature of its own."""
    values = answer.is_accepted(because="What was made can be asked about.").result.values
    return {name: value for name, value in values.items() if name not in _OF_EVERY_ANSWER}
