"""APIv2 answers: what a check says of them, and what is demanded of every one."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from conformance.targets.v2.answer import AnswerV2
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Inconclusive, Violation
from reference.oracles import v2
from strategies.orders import lean
from strategies.v2.cases import CallV2
from strategies.v2.payouts import lean as lean_payout
from strategies.v2.signatures import sign_types
from tests.targets.v2_answering import Answering, signed, target

_ACCEPTED = signed({"result_code": "SUCCESS", "prepay_id": "wx1"})
_REFUSED = signed({"result_code": "FAIL", "err_code": "ORDER_PAID", "err_code_des": "paid"})
_UNKNOWN = signed({"result_code": "FAIL", "err_code": "SYSTEMERROR"})
_ONCE_MORE = signed({"result_code": "SUCCESS", "recall": "Y"})
_FAILED_AND_ONCE_MORE = signed({"result_code": "FAIL", "err_code": "SYSTEMERROR", "recall": "Y"})
_NOT_UNDERSTOOD = v2.write_xml({"return_code": "FAIL", "return_msg": "签名错误"})


def _answer(body: bytes, status: int = 200) -> AnswerV2:
    platform = target(Answering(body, status))
    platform.observing = False
    return platform.v2.place(lean("native"))


_Say = Callable[[AnswerV2], Any]


@pytest.mark.parametrize(
    ("body", "say"),
    [
        (_ACCEPTED, lambda answer: answer.is_accepted().has("prepay_id", "wx1").lacks("err_code")),
        (_ACCEPTED, lambda answer: answer.is_taken()),
        (_ONCE_MORE, lambda answer: answer.is_taken()),
        (_REFUSED, lambda answer: answer.is_refused()),
        (_REFUSED, lambda answer: answer.is_refused("ORDERPAID")),
        (_NOT_UNDERSTOOD, lambda answer: answer.is_refused("PARAM_ERROR")),
        (_UNKNOWN, lambda answer: answer.is_unknown("SYSTEMERROR")),
        (_UNKNOWN, lambda answer: answer.is_refused("SYSTEMERROR")),
    ],
)
def test_says_what_the_answer_is(body: bytes, say: _Say) -> None:
    """Success, refusal by class of code, a FAIL without a second level and an unknown result are told apart."""
    say(_answer(body))


@pytest.mark.parametrize(
    ("body", "say"),
    [
        (_REFUSED, lambda answer: answer.is_accepted()),
        (_UNKNOWN, lambda answer: answer.is_accepted()),
        (_NOT_UNDERSTOOD, lambda answer: answer.is_accepted()),
        (b"<xml>", lambda answer: answer.is_accepted()),
        (_ONCE_MORE, lambda answer: answer.is_accepted()),
        (_FAILED_AND_ONCE_MORE, lambda answer: answer.is_taken()),
        (_ACCEPTED, lambda answer: answer.is_refused()),
        (b"<xml>", lambda answer: answer.is_refused()),
        (_UNKNOWN, lambda answer: answer.is_refused()),
        (_REFUSED, lambda answer: answer.is_refused("ORDERCLOSED")),
        (_REFUSED, lambda answer: answer.is_unknown()),
        (_UNKNOWN, lambda answer: answer.is_unknown("BANKERROR")),
        (_ACCEPTED, lambda answer: answer.has("prepay_id", "wx2")),
        (_ACCEPTED, lambda answer: answer["code_url"]),
        (_ACCEPTED, lambda answer: answer.lacks("prepay_id")),
    ],
)
def test_a_wrong_sentence_is_a_violation(body: bytes, say: _Say) -> None:
    """Every sentence raises Violation when the answer is another."""
    with pytest.raises(Violation):
        say(_answer(body))


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 302), (b"", 429), (b"", 503), (b"<!DOCTYPE html><html></html>", 200)], ids=["302", "429", "503", "page"]
)
def test_a_throttled_sandbox_decides_nothing(body: bytes, status: int) -> None:
    """A redirect, a page, 429 and a gateway's error are inconclusive, whatever was expected, and no observer objects."""
    answer = target(Answering(body, status)).v2.place(lean("native"))

    for say in (answer.is_accepted, answer.is_refused, answer.is_unknown):
        with pytest.raises(Inconclusive):
            say()


@pytest.mark.parametrize("body", [_ACCEPTED, _REFUSED, _UNKNOWN, _NOT_UNDERSTOOD])
def test_observers_let_pass_what_is_right(body: bytes) -> None:
    """Signed answers of any result and an unsigned FAIL are as they should be."""
    assert target(Answering(body)).v2.place(lean("native")).status == 200


def _unsigned(values: Mapping[str, str]) -> bytes:
    return v2.write_xml({"return_code": "SUCCESS", **values})


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        (b"", 200, "v2.xml.answers-in-layers"),
        (b"{}", 200, "v2.xml.answers-in-layers"),
        (_ACCEPTED.replace(b"<xml>", b"<!DOCTYPE xml><xml>"), 200, "v2.xml.answers-in-layers"),
        (_ACCEPTED, 400, "v2.xml.answers-in-layers"),
        (b"", 500, "v2.xml.answers-in-layers"),
        (_unsigned({"prepay_id": "1"}), 200, "v2.xml.answers-in-layers"),
        (v2.write_xml({"result_code": "SUCCESS"}), 200, "v2.xml.answers-in-layers"),
        (v2.write_xml({"return_code": "FAIL"}), 200, "v2.xml.answers-in-layers"),
        (v2.write_xml({"return_code": "FAIL", "return_msg": "x", "prepay_id": "1"}), 200, "v2.xml.answers-in-layers"),
        (signed({"result_code": "FAIL"}), 200, "v2.xml.names-a-cause-exactly-on-failure"),
        (signed({"result_code": "FAIL", "err_code": "X" * 33}), 200, "v2.xml.names-a-cause-exactly-on-failure"),
        (signed({"result_code": "SUCCESS", "err_code": "ORDERPAID"}), 200, "v2.xml.names-a-cause-exactly-on-failure"),
        (_unsigned({"result_code": "SUCCESS"}), 200, "v2.sign.signs-its-answers"),
        (_unsigned({"result_code": "FAIL", "err_code": "ORDERPAID"}), 200, "v2.sign.signs-its-answers"),
        (_ACCEPTED.replace(b"wx1", b"wx2"), 200, "v2.sign.signs-its-answers"),
        (signed({"result_code": "SUCCESS"}, "HMAC-SHA256"), 200, "v2.sign.signs-its-answers"),
    ],
)
def test_observers_catch_what_is_wrong(body: bytes, status: int, rule: str) -> None:
    """An answer without layers, without a cause or without the right signature is a violation of the rule that says so."""
    with pytest.raises(Violation) as caught:
        target(Answering(body, status)).v2.place(lean("native"))

    assert caught.value.rule == rule


def test_the_algorithm_of_a_faulty_request_binds_nobody() -> None:
    """An answer to a request whose sign_type and sign disagree may be signed by either algorithm."""
    fault = sign_types()[-1]

    assert target(Answering(_REFUSED)).v2.place(lean("native"), broken_by=fault).is_refused()


def test_a_list_in_an_answer_is_read_apart() -> None:
    """The rows of hblist are read from an answer whose other elements are judged as ever; a list of something else is no list."""
    rows = "<hblist><hbinfo><openid>o1</openid><amount>3</amount></hbinfo><hbinfo><openid>o2</openid><amount>4</amount></hbinfo></hblist>"
    body = "<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code><status>RECEIVED</status>{}</xml>"
    platform = target(Answering(body.format(rows).encode()))

    answer = Payouts(platform).query(lean_payout("redpack")).is_accepted().has("status", "RECEIVED")

    assert answer.rows("hblist", "hbinfo") == ({"openid": "o1", "amount": "3"}, {"openid": "o2", "amount": "4"})
    platform = target(Answering(body.format("<hblist><row/></hblist>").encode()))
    platform.observing = False
    wrong = Payouts(platform).query(lean_payout("redpack"))
    with pytest.raises(Violation, match="hblist cannot be read"):
        wrong.rows("hblist", "hbinfo")
    with pytest.raises(Violation, match="flat"):
        wrong.is_accepted()


@pytest.mark.parametrize("result_code", ["FAIL", "SUCCESS", None])
def test_a_level_no_page_has_means_what_it_says(result_code: str | None) -> None:
    """Where the pages leave result_code out, its FAIL is a refusal all the same, and its absence is none."""
    level = {} if result_code is None else {"result_code": result_code}
    cause = {"err_code": "NOT_SHARE_ORDER"} if result_code == "FAIL" else {"unsplit_amount": "1"}
    platform = target(Answering(signed({**level, **cause}, "HMAC-SHA256")))
    platform.observing = False
    answer = platform.v2.send(CallV2("profitsharingorderamountquery", members={"transaction_id": "4200"}))

    if result_code == "FAIL":
        answer.is_refused("NOT_SHARE_ORDER")
    else:
        answer.is_accepted().has("unsplit_amount", "1")
