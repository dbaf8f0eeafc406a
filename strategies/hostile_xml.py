"""APIv2 messages no honest party writes, each a valid message with one oddity, and what a careful reader makes of it.

Most must be refused, because readers disagree on them or could be made to fetch, expand or mistake something. The rest look odd and must
be read, as exactly the members they carry. To try a case on somebody: sign ``case.members(values)``, send ``case.raw(signed)``.
"""

from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from reference.oracles.v2 import write_xml
from strategies.xml_cases import NOWHERE, Canary, HostileXml
from strategies.xml_readable import READABLE
from strategies.xml_refused import REFUSED

__all__ = ["CORPUS", "NOWHERE", "READABLE", "REFUSED", "SAMPLE", "Canary", "HostileXml", "mutations"]

CORPUS: Final[tuple[HostileXml, ...]] = (*REFUSED, *READABLE)
"""Every case."""

SAMPLE: Final[Mapping[str, str]] = {
    "return_code": "SUCCESS",
    "result_code": "SUCCESS",
    "mch_id": "10000100",
    "nonce_str": "5d2b6c2a8db53831f7eda20af46e531c",
    "out_trade_no": "wxc1409811653",
    "total_fee": "1",
    "attach": "茶 <&>",
}
"""Members of a message the cases may be tried on."""

_TOKENS: Final = (
    *(b"<", b">", b"&", b";", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?", b"?>", b"</xml>", b"<xml>", b"<a>", b"</a>", b"<a/>"),
    *(b'<!DOCTYPE xml [<!ENTITY x "y">]>', b"&x;", b"&#0;", b"&#x10FFFF;", b' x="1"', b' xmlns="u"', b"\0", b"\xff", b"\xef\xbb\xbf"),
    *(b"\xc0\x80", b"\xed\xa0\x80", b"\r\n", b" ", b'<?xml version="1.0" encoding="gbk"?>'),
)


def mutations() -> st.SearchStrategy[bytes]:
    """Draw a valid message in which some bytes gave way to others that mean something in XML."""
    valid = write_xml(SAMPLE)
    places = st.integers(0, len(valid))
    edits = st.lists(st.tuples(places, st.integers(0, 8), st.sampled_from(_TOKENS) | st.binary(max_size=3)), min_size=1, max_size=4)

    def edited(changes: list[tuple[int, int, bytes]]) -> bytes:
        raw = valid
        for start, length, piece in changes:
            raw = raw[:start] + piece + raw[start + length :]
        return raw

    return edits.map(edited)
