"""What the bytes of an APIv2 exchange say about its signatures: whether the request was wrong on purpose, and whether the answer holds."""

from collections.abc import Iterator

from conformance.runner.explained import Explained, compared
from conformance.targets.exchange import Exchange
from reference.contract import load
from reference.identity import Identity, Merchant
from reference.oracles import v2
from reference.oracles.v2_diagnosis import diagnose
from reference.oracles.v2_result import authenticity, classify
from reports.model import Text
from strategies.v2.cases import HIDDEN, SigningV2

__all__ = ["accepted_v2", "deviation_v2", "sound_v2", "told_v2"]


def deviation_v2(exchange: Exchange, signing: SigningV2, identity: Identity) -> Explained | None:
    """Return in what way an APIv2 request is not authentic; None when there is nothing wrong with who signed what."""
    try:
        values = v2.read_xml(exchange.wire.body)
    except v2.MalformedXmlError as error:
        return Explained(Text(f"Its body is no APIv2 message: {error}", f"其报文不是 APIv2 消息：{error}"))
    merchant = _merchant(values.get("mch_id", signing.mch_id), identity)
    key = signing.sandbox_key or (merchant.apiv2_key if merchant else None)
    if merchant is None or key is None or v2.verify(values, key, _named(values)):
        return None
    right = v2.string_sign_temp(values, HIDDEN).encode("utf-8", "surrogatepass")
    sandbox = {"the sandbox key": signing.sandbox_key} if signing.sandbox_key else {}
    found = diagnose(values, {**sandbox, **dict(_keys(merchant, identity))}, sign_type=_named(values))
    if found is not None:
        return Explained(Text(f"Its sign is wrong: {found.en}", f"其签名有误：{found.zh}"), compared(right, signing.message))
    if not values.get("sign"):
        return Explained(Text("It carries no sign.", "请求没有 sign。"))
    return Explained(
        Text("Its sign was not made of what was sent by the algorithm it names.", "其签名不是用所声明的算法对所发送的内容计算的。"),
        compared(right, signing.message),
    )


def sound_v2(exchange: Exchange, identity: Identity) -> Text:
    """Say of an answer to a request that was right whether it may be believed."""
    values = classify(exchange.reply.body).values
    signing = exchange.signing
    merchant = _merchant(signing.mch_id, identity) if isinstance(signing, SigningV2) else None
    found = load("v2").match(exchange.wire.method, exchange.wire.target.partition("?")[0])
    signs = found is not None and found.operation.signed_response
    key = (signing.sandbox_key if isinstance(signing, SigningV2) else None) or (merchant.apiv2_key if merchant else None)
    verdict = authenticity(values, key, signs=signs) if key and values else "unsigned"
    english, chinese = {
        "authentic": ("Request and answer are authentically signed", "请求和应答的签名都真实有效"),
        "unsigned": ("The request is authentically signed, and this answer need not be signed", "请求的签名真实有效，此应答无须签名"),
        "missing": ("The request is authentically signed, but the answer is not signed", "请求的签名真实有效，但应答没有签名"),
        "forged": ("The request is authentically signed, but that of the answer is not", "请求的签名真实有效，但应答的签名不成立"),
    }[verdict]
    return Text(f"{english}.", f"{chinese}。")


def accepted_v2(exchange: Exchange) -> bool:
    """Tell whether an answer says success on every level."""
    return exchange.reply.status == 200 and classify(exchange.reply.body).verdict == "accepted"


def told_v2(body: bytes) -> dict[str, str] | None:
    """Return what an APIv2 answer says; None for what is none."""
    try:
        return v2.read_xml(body)
    except v2.MalformedXmlError:
        return None


def _named(values: dict[str, str]) -> v2.SignType | None:
    """The algorithm a request names; None for one nobody knows, which never verifies."""
    try:
        return v2.request_sign_type(values)
    except v2.UnknownSignTypeError:
        return None


def _merchant(mch_id: str, identity: Identity) -> Merchant | None:
    return next((merchant for merchant in identity.merchants if merchant.mchid == mch_id), None)


def _keys(due: Merchant, identity: Identity) -> Iterator[tuple[str, str]]:
    """The keys a request may have been signed with, the one that is due first."""
    for merchant in sorted(identity.merchants, key=lambda each: each is not due):
        if merchant.apiv2_key is not None:
            yield f"the APIv2 key of {merchant.mchid}", merchant.apiv2_key
    for merchant in identity.merchants:
        if merchant.apiv3_key:
            yield f"the APIv3 key of {merchant.mchid}", merchant.apiv3_key
