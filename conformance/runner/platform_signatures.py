"""Why an answer or a notification of the platform cannot be believed: what is amiss with its headers, or with its signature."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from conformance.runner.explained import Explained, Keys, compared, together
from conformance.targets.observers import keyring
from reference.identity import Identity
from reference.oracles import signature, times
from reference.oracles.diagnosis import diagnose_response, signer
from reference.oracles.keys import same_serial
from reference.oracles.message_check import Outcome, Reason, verify_message
from reports.model import Text

__all__ = ["SIGNATURE", "Message", "unbelievable"]

SIGNATURE = "Wechatpay-Signature"
_NEEDED = ("Wechatpay-Timestamp", "Wechatpay-Nonce", SIGNATURE, "Wechatpay-Serial")


@dataclass(frozen=True, slots=True)
class Message:
    """What the platform said, *at* which of its Unix seconds, and how it is called; *request* is the method and URL it answers."""

    what: Text
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: int
    request: tuple[str, str] | None = None

    def values(self, name: str) -> Sequence[str]:
        """The values of every header of that name, whatever its case."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def value(self, name: str) -> str:
        """The first value of a header, or an empty text."""
        return next(iter(self.values(name)), "")


def unbelievable(message: Message, identity: Identity) -> Explained | None:
    """Return why *message* does not verify; None when it does, or when verifiers may disagree."""
    verdict = verify_message(message.headers, message.body, keyring(identity), message.at)
    if verdict.outcome is not Outcome.REFUSED:
        return Explained(_headers(message)) if _repeated(message) else None
    if verdict.reason is Reason.SERIAL_UNKNOWN:
        return _unknown(message, Keys(identity))
    about_headers = _OF_HEADERS.get(verdict.reason) if verdict.reason else None
    if about_headers is not None:
        return Explained(about_headers(message))
    return _signature(message, Keys(identity))


def _headers(message: Message) -> Text:
    missing = [name for name in _NEEDED if not any(message.values(name))]
    if len(missing) == len(_NEEDED):
        return Text(
            f"{message.what.en} is not signed at all: it carries none of {', '.join(_NEEDED)}.",
            f"{message.what.zh}完全没有签名：{'、'.join(_NEEDED)} 四个头都没有。",
        )
    if missing:
        return Text(
            f"{message.what.en} cannot be verified: it lacks {' and '.join(missing)}.",
            f"{message.what.zh}无法验签：缺少 {'、'.join(missing)}。",
        )
    twice = " and ".join(_repeated(message))
    return Text(
        f"{message.what.en} carries {twice} more than once, so nobody knows which counts.",
        f"{message.what.zh}中 {twice} 出现多次，无法确定以哪一个为准。",
    )


def _repeated(message: Message) -> list[str]:
    return [name for name in _NEEDED if len(message.values(name)) > 1]


def _type(message: Message) -> Text:
    name = "Wechatpay-Signature-Type"
    value = message.value(name)
    return Text(
        f"{message.what.en} names {value!r} in {name}, which is not the algorithm of the platform's keys.",
        f"{message.what.zh}的 {name} 写作 {value!r}，不是平台密钥的签名算法。",
    )


def _no_time(message: Message) -> Text:
    value = message.value(_NEEDED[0])
    return Text(
        f"The Wechatpay-Timestamp of {_lower(message.what.en)} is {value!r}, not Unix time in whole seconds.",
        f"{message.what.zh}的 Wechatpay-Timestamp 为 {value!r}，不是以秒为单位的 Unix 时间。",
    )


def _stale(message: Message) -> Text:
    value = message.value(_NEEDED[0])
    ahead = times.unix_seconds(value) - message.at
    if abs(times.unix_seconds(value) // 1000 - message.at) <= times.WINDOW:
        return Text(
            f"The Wechatpay-Timestamp of {_lower(message.what.en)} is {value}: milliseconds, where seconds belong.",
            f"{message.what.zh}的 Wechatpay-Timestamp 为 {value}，是毫秒；应为秒。",
        )
    english, chinese = ("ahead of", "快") if ahead > 0 else ("behind", "慢")
    return Text(
        f"The Wechatpay-Timestamp of {_lower(message.what.en)} is {abs(ahead):,} s {english} the platform's own clock; "
        f"merchants refuse more than {times.WINDOW} s.",
        f"{message.what.zh}的 Wechatpay-Timestamp 比平台时钟{chinese} {abs(ahead):,} 秒；商户会拒绝超过 {times.WINDOW} 秒的偏差。",
    )


_OF_HEADERS: Mapping[Reason, Callable[[Message], Text]] = {
    Reason.HEADER_MISSING: _headers,
    Reason.ALGORITHM: _type,
    Reason.TIMESTAMP_MALFORMED: _no_time,
    Reason.STALE: _stale,
}


def _unknown(message: Message, keys: Keys) -> Explained:
    serial = message.value("Wechatpay-Serial")
    known = keys.called(serial)
    if known is None:
        named = Text(
            f"{message.what.en} names {serial} in Wechatpay-Serial, which is no key of the platform.",
            f"{message.what.zh}的 Wechatpay-Serial 为 {serial}，不是平台的任何密钥。",
        )
    else:
        named = Text(
            f"{message.what.en} names {known.en} in Wechatpay-Serial, with which nothing can be verified now.",
            f"{message.what.zh}的 Wechatpay-Serial 指向{known.zh}，当前不能用来验签。",
        )
    maker = signer(message.value(SIGNATURE), keys.first(serial))
    if maker is None:
        return Explained(named)
    made = keys.called(maker)
    assert made is not None  # the signer is one of these keys
    return Explained(together((named, Text(f"Its signature was made with {made.en}.", f"其签名由{made.zh} 生成。"))))


def _signature(message: Message, keys: Keys) -> Explained:
    timestamp, nonce_str, made, serial = (message.value(name) for name in _NEEDED)
    expected = signature.response_message(timestamp, nonce_str, message.body)
    named = keys.first(serial)
    found = diagnose_response(timestamp, nonce_str, message.body, made, named, request=message.request)
    if found is not None:
        owner = keys.called(found.key)
        assert owner is not None  # the keys searched are these
        under = (
            ("", "")
            if same_serial(found.key, serial)
            else (f", not with {serial} named in Wechatpay-Serial", f"，而非 Wechatpay-Serial 所指的 {serial}")
        )
        text = Text(
            f"The signature of {_lower(message.what.en)} is wrong: {found.en} It was made with {owner.en}{under[0]}"
            + (", and is valid for another string than the one sent." if found.message != expected else ", over the right string."),
            f"{message.what.zh}的签名有误：{found.zh}该签名由{owner.zh} 生成{under[1]}"
            + ("，对应的签名串与所发送的内容不同。" if found.message != expected else "，签名串本身是对的。"),
        )
        return Explained(text, compared(expected, found.message))
    maker_id = signer(made, named)
    maker = keys.called(maker_id) if maker_id else None
    if maker is None:
        return Explained(
            Text(
                f"The signature of {_lower(message.what.en)} was made by no key of the identity, and no usual mistake explains it: "
                "another key made it, or it is no signature at all.",
                f"{message.what.zh}的签名不是由任何已知密钥生成的，也不属于任何常见错误：可能使用了其他密钥，或者根本不是签名。",
            )
        )
    return Explained(
        Text(
            f"The signature of {_lower(message.what.en)} was made with {maker.en}, but over another string than the one sent, and no usual "
            "mistake explains which: timestamp, nonce or body were changed after signing, or something else was signed.",
            f"{message.what.zh}的签名由{maker.zh} 生成，但签名串与所发送的内容不同，且不属于任何常见错误：时间戳、随机串或报文主体在"
            "签名后被改动，或者签的是别的内容。",
        )
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
