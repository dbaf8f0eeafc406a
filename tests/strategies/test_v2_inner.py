"""Faults inside the JSON that members of APIv2 hold."""

import json

from reference.contract import load, problems
from strategies.v2.cases import CallV2
from strategies.v2.inner import inner_faults_of
from strategies.v2.json_texts import compact

_SHARES = [{"type": "MERCHANT_ID", "account": str(number), "amount": number, "description": "-"} for number in (7, 8)]


def _call(**members: object) -> CallV2:
    return CallV2("multiprofitsharing", members={name: compact(value) for name, value in members.items()})


def test_every_fault_breaks_exactly_the_bound_it_names() -> None:
    """Put into a valid list, a fault makes one problem in its last item, and leaves the first as it was."""
    schema = load("v2").operations["multiprofitsharing"].body["properties"]["receivers"]["contentSchema"]  # type: ignore[index]  # it has one
    names = set()
    for fault in inner_faults_of("multiprofitsharing"):
        assert fault.fits(_call(receivers=_SHARES))
        broken = json.loads(fault.in_call(_call(receivers=_SHARES)).members["receivers"] or "")
        (found,) = problems(schema, broken)

        assert (broken[0], found.pointer[0], found.keyword) == (_SHARES[0], 1, fault.bound.keyword)
        names.add(fault.name)
    assert {"receivers[].amount:type=1.5", "receivers[].account:required=absent", 'receivers[].type:enum="UNHEARD_OF"'} <= names


def test_a_fault_fits_where_its_place_is() -> None:
    """A fault in a list fits neither a call without the list nor an empty one."""
    fault = inner_faults_of("multiprofitsharing")[0]

    assert not fault.fits(_call())
    assert not fault.fits(_call(receivers=[]))


def test_what_sources_write_differently_has_no_faults() -> None:
    """The list of a combined order, whose members have two names, is left out; what stands beside it is not."""
    names = [fault.name for fault in inner_faults_of("combinedorder")]

    assert "scene_info.payer_client_ip:required=absent" in names
    assert not [name for name in names if name.startswith("sub_order_list")]
