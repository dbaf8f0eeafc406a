"""`wxconform coverage`: what there is for every operation, counted from the code and a run."""

import json

from tests.commands.conftest import Wxconform


def test_all_of_apiv2_is_covered(wxconform: Wxconform) -> None:
    """Every operation of APIv2 is described, played, asked validly and invalidly, and has a fault caught at it: --strict is content."""
    ran = wxconform("coverage", "--family", "v2", "--strict", "--format", "json")
    rows = json.loads(ran.out)

    assert [row["path"] for row in rows if not all(row["has"].values())] == []
    assert ran.code == 0
    assert len(rows) == 39
    (micropay,) = (row for row in rows if row["path"] == "/pay/micropay")
    assert micropay["operation"] == "v2.micropay"
    assert micropay["requests"]["accepted"] > 0 < micropay["requests"]["refused"]
    assert "v2.micropay.charges-a-number-once" in micropay["rules"]


def test_what_is_not_there_yet_is_listed_as_such(wxconform: Wxconform) -> None:
    """A family without a contract has rows with nothing in them, for which --strict is not content."""
    ran = wxconform("coverage", "--family", "gateway", "--strict", "--profile", "smoke")

    assert ran.code == 1
    assert "POST /#weixin.pay" in ran.out
    assert "0 of 25 complete: contract 0, mock 0" in ran.out
