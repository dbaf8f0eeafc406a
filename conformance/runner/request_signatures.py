"""What was wrong with a request of ours, on purpose: its Authorization, its signature, its time."""

from collections.abc import Iterator

from conformance.runner.explained import Explained, Keys, compared, together
from conformance.runner.v2_signatures import deviation_v2
from conformance.targets.exchange import Exchange
from reference.identity import Credential, Identity, Merchant
from reference.oracles import authorization, signature, times
from reference.oracles.authorization import Authorization, MalformedAuthorization
from reference.oracles.diagnosis import diagnose_request
from reference.oracles.keys import same_serial
from reports.model import Text
from strategies.algorithms import RIGHT
from strategies.cases import Signing
from strategies.v2.cases import SigningV2

__all__ = ["deviation"]

_FOREIGN = "a key of nobody"
_LINES = (("the method", "请求方法"), ("the URL", "URL"), ("the timestamp", "时间戳"), ("nonce_str", "随机串"), ("the body", "报文主体"))


def deviation(exchange: Exchange, identity: Identity) -> Explained | None:
    """Return in what way the request is not authentic; None when there is nothing wrong with who signed what, and when."""
    if isinstance(exchange.signing, SigningV2):
        return deviation_v2(exchange, exchange.signing, identity)
    values = [value for name, value in exchange.wire.headers if name.lower() == "authorization"]
    if not any(values):
        return Explained(Text("The request carries no Authorization.", "请求没有 Authorization。"))
    if len(set(values)) > 1:
        return Explained(Text(f"The request carries {len(values)} Authorization headers.", f"请求带有 {len(values)} 个 Authorization 头。"))
    try:
        # What verifiers disagree about is nobody's mistake.
        claimed = authorization.parse(values[0], lenient=True)
    except MalformedAuthorization as error:
        shown = values[0] if len(values[0]) <= 60 else values[0][:60] + "…"
        return Explained(Text(f"The request's Authorization cannot be read: {error}", f"请求的 Authorization 不合语法：{shown}。"))
    signed = _signature(exchange, exchange.signing, claimed, identity)
    found = [part for part in (_claims(claimed, identity), signed, _time(exchange, claimed)) if part]
    if not found:
        return None
    return Explained(together(part.text for part in found), next((part.compared for part in found if part.compared), None))


def _claims(claimed: Authorization, identity: Identity) -> Explained | None:
    """What is wrong with whom the request says it comes from."""
    if claimed.scheme != authorization.RSA:
        return Explained(Text(f"It calls its RSA signature {claimed.scheme}.", f"RSA 签名却声明为 {claimed.scheme}。"))
    merchant = _merchant(claimed, identity)
    if merchant is None:
        return Explained(
            Text(f"It names the mchid {claimed.mchid!r}, which no merchant has.", f"其 mchid 为 {claimed.mchid!r}，没有这个商户。")
        )
    if _credential(claimed, merchant) is not None:
        return None
    owner = Keys(identity).called(claimed.serial_no)
    english, chinese = (
        (owner.en, owner.zh) if owner else (f"{claimed.serial_no!r}, a certificate nobody has", f"不存在的证书 {claimed.serial_no!r}")
    )
    return Explained(
        Text(
            f"Its serial_no names {english}, not a certificate of merchant {claimed.mchid}.",
            f"其 serial_no 指向{chinese}，不是商户 {claimed.mchid} 的证书。",
        )
    )


def _signature(exchange: Exchange, signing: Signing, claimed: Authorization, identity: Identity) -> Explained | None:
    """What is wrong with what was signed, with which key, and how."""
    wire = exchange.wire
    expected = signature.request_message(wire.method, wire.target, claimed.timestamp, claimed.nonce_str, wire.body)
    merchant = _merchant(claimed, identity)
    credential = _credential(claimed, merchant) if merchant else None
    own = signing.private_key.public_key()
    # Where nobody has the serial number named, only the form of the signature can be judged.
    keys = {"": own} if credential is None else Keys(identity).first(claimed.serial_no) | {_FOREIGN: own}
    if signature.verifies(next(iter(keys.values())), expected, claimed.signature):
        return None
    found = diagnose_request(wire.method, wire.target, claimed.timestamp, claimed.nonce_str, wire.body, claimed.signature, keys)
    if found is not None:
        return Explained(Text(f"Its signature is wrong: {found.en}", f"其签名有误：{found.zh}"), compared(expected, found.message))
    if signing.message is not None and signing.message != expected:
        differing = list(_differing(expected, signing.message)) or [("how its lines are put together", "各行的组织方式")]
        english, chinese = " and ".join(name for name, _ in differing), "、".join(name for _, name in differing)
        return Explained(
            Text(f"What was signed is not what was sent: they differ in {english}.", f"签名的内容与所发送的不同，差别在于{chinese}。"),
            compared(expected, signing.message),
        )
    if signing.algorithm != RIGHT:
        return Explained(Text(f"Its signature was made as {signing.algorithm}.", f"其签名的生成方式有误：{signing.algorithm}。"))
    return Explained(Text("Its signature is no signature over what was sent.", "其签名不是对所发送内容的签名。"))


def _differing(sent: bytes, signed: bytes) -> Iterator[tuple[str, str]]:
    """Yield the lines in which two messages differ; none when the other has not five of them."""
    lines = signed.split(b"\n", 4)
    if len(lines) == len(_LINES):
        yield from (name for name, one, other in zip(_LINES, sent.split(b"\n", 4), lines, strict=True) if one != other)


def _time(exchange: Exchange, claimed: Authorization) -> Explained | None:
    """What is wrong with when the request says it was made."""
    try:
        fresh = times.within_window(exchange.at, claimed.timestamp)
    except times.TimeError:
        return Explained(
            Text(
                f"Its timestamp is {claimed.timestamp[:40]!r}, not Unix time in whole seconds.",
                f"其时间戳为 {claimed.timestamp[:40]!r}，不是以秒为单位的 Unix 时间。",
            )
        )
    if fresh is not False:
        return None
    if abs(times.unix_seconds(claimed.timestamp) // 1000 - exchange.at) <= times.WINDOW:
        return Explained(Text("Its timestamp is in milliseconds, where seconds belong.", "其时间戳以毫秒为单位；应为秒。"))
    ahead = times.unix_seconds(claimed.timestamp) - exchange.at
    english, chinese = ("ahead of", "快") if ahead > 0 else ("behind", "慢")
    return Explained(
        Text(
            f"Its timestamp is {abs(ahead):,} s {english} the platform's clock; at most {times.WINDOW} s are allowed.",
            f"其时间戳比平台时钟{chinese} {abs(ahead):,} 秒；最多允许 {times.WINDOW} 秒。",
        )
    )


def _merchant(claimed: Authorization, identity: Identity) -> Merchant | None:
    return next((merchant for merchant in identity.merchants if merchant.mchid == claimed.mchid), None)


def _credential(claimed: Authorization, merchant: Merchant) -> Credential | None:
    return next((own for own in merchant.credentials if same_serial(own.serial_no, claimed.serial_no)), None)
