"""The lives of profit sharing: a request to share, each of its shares, and the frozen money of an order they are taken from."""

from collections.abc import Iterable

from reference.machines.model import Case, Entity, Event, Machine, Refusal
from reference.machines.order import ORDER_UNKNOWN
from reference.machines.refund import COUNTED as COUNTED_REFUNDS

__all__ = ["COUNTED", "FROZEN_FUNDS", "MOST_RECEIVERS", "MOST_SHARINGS", "SHARE", "SHARING", "THIRTY_DAYS", "WHOLE", "left"]

COUNTED = frozenset({"PENDING", "SUCCESS"})
"""The states in which a share has taken, or may yet take, money from its order."""

MOST_SHARINGS = 50
MOST_RECEIVERS = 50
A_MINUTE = 60
THIRTY_DAYS = 30 * 86400
WHOLE = 10_000
"""The whole of an order, in hundredths of a percent."""

UNKNOWN = Refusal("sharing-unknown", 404, "RESOURCE_NOT_EXISTS", "There is no such sharing.", (404,), ())
UNPAID = Refusal("sharing-unpaid", 400, "INVALID_REQUEST", "Only a paid order can be shared.", (400, 403), ())
UNMARKED = Refusal("not-share-order", 400, "INVALID_REQUEST", "The order was not placed for sharing.", (400, 403), ())
TOO_SOON = Refusal("sharing-too-soon", 400, "INVALID_REQUEST", "An order can be shared a minute after its payment.", (400, 403), ())
STRANGER = Refusal("receiver-not-added", 403, "NO_AUTH", "A receiver was not added.", (400, 403), ())
OVER_SHARE = Refusal("over-share", 403, "NOT_ENOUGH", "The shares would exceed what the order still holds.", (400, 403), ())
OVER_RATIO = Refusal("over-ratio", 403, "RULE_LIMIT", "The shares would exceed the greatest part that may be shared.", (400, 403), ())
TOO_MANY = Refusal("too-many-sharings", 429, "FREQUENCY_LIMITED", "An order is shared in at most 50 requests.", (400, 403, 429), ())
NOTHING_LEFT = Refusal("nothing-left", 403, "NOT_ENOUGH", "The order holds nothing any more.", (400, 403), ())
CHANGED = Refusal("sharing-changed", 400, "INVALID_REQUEST", "The number was used before with other parameters.", (400, 403, 409), ())
UNDECIDED = Refusal("share-undecided", 400, "INVALID_REQUEST", "A share of it is not decided yet.", (400, 403), ())
DECIDED = Refusal("share-decided", 400, "INVALID_REQUEST", "What is decided stays so.", (400, 403), ())


def left(total: int, shares: Iterable[Entity], refunds: Iterable[Entity]) -> int:
    """Return what an order of *total* fen still holds while its money is frozen: less shares and refunds, those under way too."""
    shared: int = sum(share.draft["amount"] for share in shares if share.state in COUNTED)
    refunded: int = sum(refund.draft["amount"]["refund"] for refund in refunds if refund.state in COUNTED_REFUNDS)
    return total - shared - refunded


def order_unpaid(case: Case) -> Refusal | None:
    """Only an order that was paid, and not reversed, holds anything."""
    if case.order is None:
        return ORDER_UNKNOWN
    return None if case.order.state in {"SUCCESS", "REFUND"} else UNPAID


def order_unmarked(case: Case) -> Refusal | None:
    """Only of an order placed for sharing is the money frozen."""
    return UNMARKED if case.facts.get("funds") is None else None


def too_soon(case: Case) -> Refusal | None:
    """An order can be shared a minute after its payment."""
    return TOO_SOON if case.order is not None and case.now - case.order.data["paid_at"] < A_MINUTE else None


def unfrozen(case: Case) -> Refusal | None:
    """What was released is the merchant's, and shared no more."""
    return NOTHING_LEFT if case.facts.get("funds") == "UNFROZEN" or case.facts.get("left", 0) <= 0 else None


def stranger(case: Case) -> Refusal | None:
    """Every receiver was added before, and not removed since."""
    return STRANGER if case.facts.get("strangers") else None


def too_many(case: Case) -> Refusal | None:
    """An order is shared in at most 50 requests; those refused do not count."""
    return TOO_MANY if case.facts.get("sharings", 0) >= MOST_SHARINGS else None


def over_share(case: Case) -> Refusal | None:
    """The shares of a request never exceed what the order still holds."""
    return OVER_SHARE if case.facts.get("asked", 0) > case.facts.get("left", 0) else None


def over_ratio(case: Case) -> Refusal | None:
    """All shares of an order together never exceed the greatest part that may be shared."""
    if case.order is None:
        return None
    most = case.order.draft["amount"]["total"] * case.facts.get("ratio", WHOLE) // WHOLE
    return OVER_RATIO if case.facts.get("shared", 0) + case.facts.get("asked", 0) > most else None


SHARING = Machine(
    name="sharing",
    title="Request to share an order, or to end its sharing",
    title_zh="分账请求与分账完结请求",
    states=("PROCESSING", "FINISHED"),
    terminal=frozenset({"FINISHED"}),
    source="profit-sharing pages; status of the sharing query",
    events={
        event.name: event
        for event in (
            Event(
                "apply",
                creates=("PROCESSING",),
                refused_if=(order_unpaid, order_unmarked, too_soon, unfrozen, stranger, too_many, over_share, over_ratio),
                repeats_in=frozenset({"PROCESSING", "FINISHED"}),
                changed=CHANGED,
            ),
            Event(
                "finish",
                creates=("FINISHED",),
                refused_if=(order_unpaid, order_unmarked, unfrozen),
                repeats_in=frozenset({"PROCESSING", "FINISHED"}),
                changed=CHANGED,
            ),
            Event("conclude", "PROCESSING -> FINISHED", by="platform", refused_in={"FINISHED": DECIDED}, absent=UNKNOWN),
        )
    },
)

_ENDED = {"SUCCESS": DECIDED, "CLOSED": DECIDED}

SHARE = Machine(
    name="share",
    title="One receiver's share",
    title_zh="单个接收方的分账",
    states=("PENDING", "SUCCESS", "CLOSED"),
    terminal=frozenset({"SUCCESS", "CLOSED"}),
    source="profit-sharing pages; result of a receiver",
    events={
        event.name: event
        for event in (
            Event("ask", creates=("PENDING",), repeats_in=frozenset({"PENDING", "SUCCESS", "CLOSED"})),
            Event("credit", "PENDING -> SUCCESS", by="platform", refused_in=_ENDED, absent=UNKNOWN),
            Event("fail", "PENDING -> CLOSED", by="platform", refused_in=_ENDED, absent=UNKNOWN),
        )
    },
)

FROZEN_FUNDS = Machine(
    name="frozen_funds",
    title="Frozen money of an order placed for sharing",
    title_zh="分账订单的冻结资金",
    states=("FROZEN", "UNFROZEN"),
    terminal=frozenset({"UNFROZEN"}),
    source="profit-sharing guide, frozen funds; amount query",
    events={
        event.name: event
        for event in (
            Event("freeze", creates=("FROZEN",), repeats_in=frozenset({"FROZEN", "UNFROZEN"})),
            Event("release", "FROZEN -> UNFROZEN", refused_in={"UNFROZEN": DECIDED}, absent=UNMARKED),
            Event("time_out", "FROZEN -> UNFROZEN", by="platform", refused_in={"UNFROZEN": DECIDED}, absent=UNKNOWN),
        )
    },
)
