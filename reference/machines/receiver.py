"""The life of a receiver: somebody a merchant may give shares to."""

from reference.machines.model import Event, Machine, Refusal

__all__ = ["RECEIVER"]

UNKNOWN = Refusal("receiver-unknown", 404, "RESOURCE_NOT_EXISTS", "That receiver was never added.", (400, 404), ())

RECEIVER = Machine(
    name="receiver",
    title="Receiver of shares",
    title_zh="分账接收方",
    states=("ADDED", "REMOVED"),
    terminal=frozenset(),
    source="profit-sharing guide, receivers",
    events={
        event.name: event
        for event in (
            Event("add", "REMOVED -> ADDED", creates=("ADDED",), repeats_in=frozenset({"ADDED"})),
            Event("remove", "ADDED -> REMOVED", repeats_in=frozenset({"REMOVED"}), absent=UNKNOWN),
        )
    },
)
