"""Texts as merchants write them: Chinese, Latin, punctuation; and texts that fill a limit to the last byte."""

from hypothesis import strategies as st

__all__ = ["AWKWARD", "BEYOND_BMP", "exactly", "texts"]

BEYOND_BMP = ("😀", "𠮷", "🇨🇳", "\U00010000", "\U0010fffd")
"""Characters of four UTF-8 bytes: an emoji, a Chinese character, a flag, the first and the last of their kind."""

AWKWARD = (
    "茶",
    "gift",
    "Image形象店-深圳腾大-QQ公仔",
    'T-shirt "L" / 100% cotton',
    "咖啡，大杯；少糖",
    "a&b=c+d",
    "\\u8336 \\n",
    '{"cart":[1,2],"店":"一"}',
    "<b>½</b>",
    "ギフト券",
    "é߿ࠀ￼",
)
"""Short texts as merchants write them, each a trap for somebody who escapes, parses or re-encodes."""
_ALPHABET = "abzAZ019 -_.,:;!?'\"\\/<>&%+=#@()茶咖啡订单退款金额“”，。￥é߿ࠀ￼"


def texts(*, max_characters: int, max_bytes: int | None = None) -> st.SearchStrategy[str]:
    """Draw a text of 1 to *max_characters* characters and at most *max_bytes* UTF-8 bytes, none of them beyond three bytes long."""
    limit = max_bytes or 3 * max_characters
    known = (*AWKWARD, exactly(max_characters), _filled(max_characters, limit))
    fitting = [text for text in known if len(text) <= max_characters and len(text.encode()) <= limit]
    drawn = st.text(_ALPHABET, min_size=1, max_size=min(12, max_characters, limit // 3))
    return st.sampled_from(fitting) | drawn


def exactly(characters: int, *, filler: str = "x") -> str:
    """Return a text of exactly that many characters."""
    return (filler * characters)[:characters]


def _filled(characters: int, limit: int) -> str:
    """Return Chinese text that reaches the limit of characters or of bytes, whichever comes first, exactly."""
    chinese = min(characters, limit // 3)
    return "茶" * chinese + "x" * min(characters - chinese, limit - 3 * chinese)
