"""A small made-up run: something that passed, something violated, and something nobody could decide."""

from dataclasses import replace
from pathlib import Path

from reports.model import (
    CheckFinished,
    Comparison,
    Event,
    Exchange,
    Finding,
    MachineCovered,
    PhaseFinished,
    Request,
    Response,
    Risk,
    RuleJudged,
    RunFinished,
    RunStarted,
    Target,
    Text,
    Transition,
    finding_id,
)
from reports.outcomes import Level, Outcome, count
from reports.redaction import Redactor
from reports.stream import StreamWriter
from reports.verdict import conclude

AT = "2026-01-02T03:04:05.678Z"

STARTED = RunStarted(
    at=AT,
    version="0.1.0",
    target=Target(name="mock", kind="platform", capabilities=("v3", "payer", "time-travel")),
    profile="certify",
    seed=1637,
    fault="v3.refund.never-exceeds-the-order",
    command="wxconform run mock --profile certify --seed 1637 --fault v3.refund.never-exceeds-the-order",
    identity={"mchid": "19****0109", "serial_no": "7A1B…F00D"},
    environment={"python": "3.12.1", "hypothesis": "6.150.0", "cryptography": "48.0.0", "platform": "Linux-x86_64"},
    risks=(
        Risk(id="over-refund", title=Text("More money leaves than came in", "退款超过支付金额")),
        Risk(id="replay", title=Text("A captured message works twice", "报文被重放")),
        Risk(id="rotation", title=Text("Certificates change", "证书轮换")),
    ),
)

EXCHANGE = Exchange(
    label="second refund",
    at=AT,
    request=Request(
        method="POST",
        url="/v3/refund/domestic/refunds",
        headers=(("Content-Type", "application/json"), ("Authorization", 'WECHATPAY2-SHA256-RSA2048 mchid="1900000109",…')),
        body='{"out_trade_no":"T1","out_refund_no":"R2","reason":"多退了","amount":{"refund":60,"total":100,"currency":"CNY"}}'.encode(),
    ),
    response=Response(
        status=200,
        headers=(("Content-Type", "application/json"), ("Wechatpay-Serial", "PUB_KEY_ID_0")),
        body=b'{"status":"PROCESSING"}',
    ),
    signed_string=b'POST\n/v3/refund/domestic/refunds\n1767323045\nNONCE\n{"out_trade_no":"T1"}\n',
)

LOST = replace(EXCHANGE, label="first refund", response=None)

RULE = "v3.refund.never-exceeds-the-order"

FINDING = Finding(
    id=finding_id(RULE, ["pay", 100, "refund", 60, "refund", 60]),
    rule=RULE,
    sentence="Both refunds were accepted: 120 of 100 fen left the account.",
    shortest="pay 100 fen; refund 60 and refund 60 at once",
    expected="one 200 and one 4xx INVALID_REQUEST",
    got="200 and 200",
    diagnosis=Text("The limit is read before the first refund is booked.", "在第一笔退款入账之前就读取了限额。"),
    compared=Comparison(
        about=Text("What was signed", "签名内容"), expected=b"POST\n/v3/refund\n1\nN\n{}\n", got=b"POST\n/v3/refund\n1\nN\n{}"
    ),
    steps=({"send": "refund_create", "amount": 60}, {"control": "pay"}),
    exchanges=(LOST, EXCHANGE),
)

CHECKS = (
    CheckFinished(
        at=AT,
        check="test_request_time.py::test_refuses_a_stale_timestamp",
        title="A timestamp beyond the window on either side is refused and places no order.",
        group="requests",
        rules=("v3.request.refuses-stale-timestamp",),
        outcome=Outcome.PASSED,
        level=Level.MUST,
        seconds=1.25,
        examples=100,
        exchanges=1904,
        sample=EXCHANGE,
    ),
    CheckFinished(
        at=AT,
        check="test_refund_limit.py::test_refunds_never_exceed_the_order",
        title="However refunds are split and timed, their sum stays within what was paid.",
        group="refunds",
        rules=(RULE,),
        outcome=Outcome.VIOLATED,
        level=Level.MUST,
        seconds=4.1,
        examples=37,
        exchanges=1377,
        findings=(FINDING,),
    ),
    CheckFinished(
        at=AT,
        check="test_certificates.py::test_overlapping_serials_both_work",
        title="While two certificates overlap, both are accepted.",
        group="certificates",
        rules=("v3.authorization.overlapping-serials-both-work",),
        outcome=Outcome.INCONCLUSIVE,
        level=Level.MUST,
        seconds=0.5,
        exchanges=3,
        reason="throttled: 429 three times in a row",
    ),
)

RULES = (
    RuleJudged(
        at=AT,
        rule="v3.request.refuses-stale-timestamp",
        level=Level.MUST,
        risk="replay",
        title=Text("A stale request timestamp is refused", "拒绝过期的请求时间戳"),
        consequence=Text("A captured request can be replayed for ever.", "被截获的请求可以被无限期重放。"),
        source="APIv3 signing guide, self-check 5",
        outcome=Outcome.PASSED,
        checks=(CHECKS[0].check,),
    ),
    RuleJudged(
        at=AT,
        rule=RULE,
        level=Level.MUST,
        risk="over-refund",
        title=Text("Refunds never take more than the order brought", "退款总额不超过订单金额"),
        consequence=Text(
            "Two refunds at the same moment can take more money than the customer paid.", "两笔同时发起的退款可能超过用户实付金额。"
        ),
        source="Refund guide, limits",
        outcome=Outcome.VIOLATED,
        checks=(CHECKS[1].check,),
        findings=(FINDING.id,),
    ),
    RuleJudged(
        at=AT,
        rule="v3.authorization.overlapping-serials-both-work",
        level=Level.MUST,
        risk="rotation",
        title=Text("Overlapping merchant certificates both work", "新旧商户证书并行可用"),
        consequence=Text("Payments stop on the day a certificate is replaced.", "更换证书当天支付中断。"),
        source="Troubleshooting guide, certificates",
        outcome=Outcome.INCONCLUSIVE,
        checks=(CHECKS[2].check,),
        reason="throttled: 429 three times in a row",
    ),
    RuleJudged(
        at=AT,
        rule="v3.certificates.rotates",
        level=Level.SHOULD,
        risk="rotation",
        title=Text("Platform certificates rotate with an overlap", "平台证书轮换有重叠期"),
        consequence=Text("Answers cannot be verified after a rotation.", "证书轮换后无法验签。"),
        source="Certificate guide",
        outcome=Outcome.NOT_EXERCISED,
        reason="needs: payer, time-travel",
    ),
)

PHASES = (
    PhaseFinished(at=AT, name="doctor", outcome=Outcome.PASSED, seconds=0.1, detail="identity, keys, clock, contract"),
    PhaseFinished(at=AT, name="vectors", outcome=Outcome.PASSED, seconds=0.5, detail="320 of 320"),
    PhaseFinished(at=AT, name="requests", outcome=Outcome.PASSED, seconds=4.8),
    PhaseFinished(at=AT, name="refunds", outcome=Outcome.VIOLATED, seconds=4.1),
    PhaseFinished(at=AT, name="certificates", outcome=Outcome.INCONCLUSIVE, seconds=0.5),
)

_VERDICT, _SENTENCE = conclude(RULES, PHASES, risks=[risk.id for risk in STARTED.risks])

FINISHED = RunFinished(
    at=AT,
    verdict=_VERDICT,
    sentence=_SENTENCE,
    exit_code=_VERDICT.exit_code,
    counts=count(rule.outcome for rule in RULES),
    exchanges=3284,
    seconds=17.2,
)

MACHINE = MachineCovered(
    at=AT,
    machine="refund",
    title=Text("Refund of an order", "订单退款"),
    states=("PROCESSING", "SUCCESS", "CLOSED", "ABNORMAL"),
    terminal=("SUCCESS", "CLOSED"),
    transitions=(
        Transition(machine="refund", source="", event="apply", target="PROCESSING", times=41),
        Transition(machine="refund", source="PROCESSING", event="settle", target="SUCCESS", times=12),
        Transition(machine="refund", source="PROCESSING", event="bounce", target="ABNORMAL", times=3),
        Transition(machine="refund", source="ABNORMAL", event="close", target="CLOSED", times=0),
    ),
)

EVENTS: tuple[Event, ...] = (STARTED, *PHASES[:2], *CHECKS, *PHASES[2:], *RULES, MACHINE, FINISHED)


def write(path: Path, events: tuple[Event, ...] = EVENTS, *, redactor: Redactor | None = None) -> Path:
    """Write *events* to *path* as a run would, and return where they are."""
    with StreamWriter(path, redactor or Redactor([])) as stream:
        for event in events:
            stream.write(event)
    return path if path.exists() else path.with_name(path.name + ".part")
