"""Odd APIv2 messages that must be refused."""

import gzip
from collections.abc import Callable
from typing import Final

from reference.oracles.v2_xml import LIMIT
from strategies.xml_cases import Canary, HostileXml, ended, piece, remade, whole

__all__ = ["REFUSED"]

_LAUGHS: Final = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def _declared(name: str, says: str, internal: str, used: str = "", external: str = "") -> HostileXml:
    """Return a case with a DOCTYPE of *external* and *internal* in front; @F and @U are the canaries. *used* stands in a value."""

    def write(text: str, canary: Canary) -> bytes:
        subset = f" [{internal}]" if internal else ""
        doctype = f"<!DOCTYPE xml{external}{subset}>".replace("@F", canary.file).replace("@U", canary.url)
        value = f"<wxc_x>{used}</wxc_x>" if used else ""
        return (doctype + ended(text, value)).encode()

    return HostileXml(name, says, write, "doctype")


def _hidden_in_utf16(text: str, canary: Canary) -> bytes:
    doctype = f'<!DOCTYPE xml [<!ENTITY x SYSTEM "{canary.file}">]>'
    return (doctype + ended(text, "<wxc_x>&x;</wxc_x>")).encode("utf-16")


def _after(start: str) -> Callable[[str], str]:
    return lambda text: start + text


def _before(end: str) -> Callable[[str], str]:
    return lambda text: text + end


def _as(encoding: str, start: str = "") -> Callable[[str], bytes]:
    return lambda text: (start + text).encode(encoding, "replace")


def _first_element(text: str) -> str:
    """Return the first element of a message, with another value."""
    name = text[len("<xml><") :].partition(">")[0]
    return f"<{name}>0</{name}>"


def _stylesheet(text: str, canary: Canary) -> bytes:
    return f'<?xml-stylesheet type="text/xsl" href="{canary.url}"?>{text}'.encode()


_DOCTYPES: Final = (
    _declared("entity-of-a-file", "An external entity puts a file into a value.", '<!ENTITY x SYSTEM "@F">', "&x;"),
    _declared("entity-of-a-url", "An external entity fetches a URL into a value.", '<!ENTITY x SYSTEM "@U">', "&x;"),
    _declared("public-entity", "An external entity has a public identifier besides.", '<!ENTITY x PUBLIC "-//x//EN" "@U">', "&x;"),
    _declared("unused-entity", "An external entity is declared and never used.", '<!ENTITY x SYSTEM "@F">'),
    _declared("parameter-entity-of-a-file", "A parameter entity reads declarations from a file.", '<!ENTITY % x SYSTEM "@F"> %x;'),
    _declared("parameter-entity-of-a-url", "A parameter entity fetches declarations.", '<!ENTITY % x SYSTEM "@U"> %x;'),
    _declared(
        "file-sent-to-a-url",
        "Parameter entities read a file, and then declarations from a URL that may send it on.",
        '<!ENTITY % f SYSTEM "@F"> %f; <!ENTITY % s SYSTEM "@U"> %s;',
    ),
    _declared("external-dtd", "The DTD itself is at a URL.", "", external=' SYSTEM "@U"'),
    _declared("external-dtd-in-a-file", "The DTD itself is in a file.", "", external=' SYSTEM "@F"'),
    _declared("public-dtd", "The DTD has a public identifier and a URL.", "", external=' PUBLIC "-//W3C//DTD XHTML 1.0//EN" "@U"'),
    _declared("undeclared-entity-of-a-dtd", "The DTD at a URL is said to declare the entity in a value.", "", "&x;", ' SYSTEM "@U"'),
    _declared("billion-laughs", "Entities of entities expand to a thousand million words.", f'<!ENTITY l0 "lol">{_LAUGHS}', "&l9;"),
    _declared("quadratic-blow-up", "One long entity is used two thousand times.", f'<!ENTITY x "{"y" * 2000}">', "&x;" * 2000),
    _declared("endless-entity", "Two entities consist of each other.", '<!ENTITY x "&y;"><!ENTITY y "&x;">', "&x;"),
    _declared(
        "parameter-blow-up", "Parameter entities double nine times.", _LAUGHS.replace("ENTITY l", "ENTITY % l").replace("&l", "&#37;l")
    ),
    _declared("harmless-entity", "An entity stands for the value 1.", '<!ENTITY x "1">', "&x;"),
    _declared("entity-with-markup", "An entity stands for a whole element.", '<!ENTITY x "<total_fee>0</total_fee>">', "&x;"),
    _declared("predefined-entity", "The entity lt is declared anew, as another character.", '<!ENTITY lt "&#38;#62;">', "&lt;"),
    _declared(
        "unparsed-entity", "An entity is to be handed to another program.", '<!NOTATION n SYSTEM "@U"><!ENTITY x SYSTEM "@F" NDATA n>'
    ),
    _declared("default-attribute", "The DTD gives every total_fee an attribute.", '<!ATTLIST total_fee unit CDATA "yuan">'),
    _declared("element-declaration", "The DTD says what xml consists of.", "<!ELEMENT xml ANY>"),
    _declared("empty-doctype", "The message declares a DOCTYPE and nothing in it.", ""),
    remade("doctype-behind-a-comment", "A comment stands before the DOCTYPE.", _after("<!-- x --><!DOCTYPE xml>"), "doctype"),
    remade(
        "doctype-standalone",
        "A declaration says standalone, and a DOCTYPE follows.",
        _after('<?xml version="1.0" standalone="yes"?><!DOCTYPE xml>'),
        "doctype",
    ),
    whole("page-with-doctype", "It is an HTML page.", b"<!DOCTYPE html><html><body>404</body></html>", "doctype"),
    remade("doctype-in-lower-case", "The word doctype is in lower case, which only HTML readers take.", _after("<!doctype xml>"), "syntax"),
    remade("doctype-at-the-end", "A DOCTYPE stands behind the message.", _before("<!DOCTYPE xml>"), "syntax"),
    piece("doctype-within", "A DOCTYPE stands among the elements.", "<!DOCTYPE xml>", "syntax"),
    piece("entity-of-html", "A value holds an entity only HTML knows.", "<wxc_x>&nbsp;</wxc_x>", "entity"),
    piece("entity-of-nobody", "A value holds an entity nobody declared.", "<wxc_x>&x;</wxc_x>", "entity"),
)
_ENCODINGS: Final = (
    remade("utf-16", "The message is in UTF-16 with a byte order mark.", _as("utf-16"), "encoding"),
    remade("utf-16-big-endian", "The message is in big-endian UTF-16 with a byte order mark.", _as("utf-16-be", "\ufeff"), "encoding"),
    remade("utf-32", "The message is in UTF-32 with a byte order mark.", _as("utf-32"), "encoding"),
    remade("ebcdic", "The message is in EBCDIC.", _as("cp037"), "encoding"),
    HostileXml("doctype-in-utf-16", "A DOCTYPE hides in UTF-16 from whoever looks for its bytes.", _hidden_in_utf16, "encoding"),
    whole("utf-16-unmarked", "The message is in UTF-16 and does not say so.", "<xml><a>1</a></xml>".encode("utf-16-le"), "character"),
    whole("utf-32-unmarked", "The message is in UTF-32 and does not say so.", "<xml><a>1</a></xml>".encode("utf-32-be"), "character"),
    remade("utf-7", "The message declares UTF-7, in which +ADw- is a <.", _after('<?xml version="1.0" encoding="UTF-7"?>'), "encoding"),
    remade("gbk", "The message is in GBK and says so.", _as("gbk", '<?xml version="1.0" encoding="GBK"?>'), "encoding"),
    remade("gbk-declared", "The message says GBK and is UTF-8.", _after('<?xml version="1.0" encoding="GBK"?>'), "encoding"),
    remade(
        "latin-1-declared", "The message says ISO-8859-1 and is UTF-8.", _after('<?xml version="1.0" encoding="ISO-8859-1"?>'), "encoding"
    ),
    remade("utf-16-declared", "The message says UTF-16 and is UTF-8.", _after('<?xml version="1.0" encoding="UTF-16"?>'), "encoding"),
    remade(
        "encoding-of-nobody", "The message declares an encoding there is not.", _after('<?xml version="1.0" encoding="x-wxc"?>'), "encoding"
    ),
    whole("overlong-bracket", "A < is written in two bytes, which is no UTF-8.", b"<xml><a>\xc0\xbcb></a></xml>", "encoding"),
    whole("overlong-nul", "A NUL is written in two bytes, as Java does.", b"<xml><a>\xc0\x80</a></xml>", "encoding"),
    whole(
        "surrogates",
        "A character is written as two surrogates, as old databases do.",
        b"<xml><a>\xed\xa0\xbd\xed\xb8\x80</a></xml>",
        "encoding",
    ),
    whole("half-a-character", "A value ends within a character.", b"<xml><a>\xe8\x8c</a></xml>", "encoding"),
    whole("byte-ff", "A value holds a byte UTF-8 never has.", b"<xml><a>\xff</a></xml>", "encoding"),
    remade("gzip", "The message is compressed.", lambda text: gzip.compress(text.encode(), mtime=0), "encoding"),
    remade(
        "xml-1.1", "The message declares XML 1.1, which has other line ends.", _after('<?xml version="1.1" encoding="UTF-8"?>'), "version"
    ),
    remade("xml-of-the-future", "The message declares a version there is not.", _after('<?xml version="9.9"?>'), "version"),
)
_CHARACTERS: Final = (
    piece("nul", "A value holds a NUL, at which some readers end it.", "<wxc_x>1\0000</wxc_x>", "character"),
    remade("nul-at-the-end", "A NUL follows the message.", _before("\0"), "character"),
    remade(
        "nul-and-another-message",
        "A NUL and another message follow the message.",
        _before("\0<xml><total_fee>0</total_fee></xml>"),
        "character",
    ),
    piece("nul-in-a-name", "The name of an element holds a NUL.", "<wxc\0_x>1</wxc\0_x>", "character"),
    piece("control-character", "A value holds a control character.", "<wxc_x>\x01</wxc_x>", "character"),
    piece("escape-in-cdata", "CDATA holds a control character, as terminals obey.", "<wxc_x><![CDATA[\x1b[2J]]></wxc_x>", "character"),
    piece("escaped-nul", "A value holds a NUL by its number.", "<wxc_x>&#0;</wxc_x>", "character"),
    piece("escaped-control-character", "A value holds a control character by its number.", "<wxc_x>&#x1;</wxc_x>", "character"),
    piece("escaped-surrogate", "A value holds half a character by its number.", "<wxc_x>&#xD800;</wxc_x>", "character"),
    piece("number-beyond-unicode", "A value holds a character beyond the last.", "<wxc_x>&#x110000;</wxc_x>", "character"),
    piece("endless-number", "A character is given by a number of 5000 digits.", f"<wxc_x>&#{'9' * 5000};</wxc_x>", "character"),
    piece("no-character", "A value holds U+FFFE, which is no character.", "<wxc_x>\ufffe</wxc_x>", "character"),
)
_SHAPES: Final = (
    remade(
        "element-twice",
        "An element is there a second time, with another value.",
        lambda text: ended(text, _first_element(text)),
        "duplicate",
    ),
    remade(
        "element-twice-in-front",
        "Another value of an element stands before the right one.",
        lambda text: text.replace("<xml>", f"<xml>{_first_element(text)}", 1),
        "duplicate",
    ),
    piece("element-twice-alike", "An element is there twice with one value.", "<wxc_x>1</wxc_x><wxc_x>1</wxc_x>", "duplicate"),
    piece("sign-twice", "There are two signatures.", f"<sign>{'A' * 32}</sign><sign>{'B' * 32}</sign>", "duplicate"),
    piece("empty-twin", "An element is there a second time, empty.", "<wxc_x>1</wxc_x><wxc_x/>", "duplicate"),
    piece("element-in-a-value", "A value holds an element.", "<wxc_x><total_fee>0</total_fee></wxc_x>", "nested"),
    piece("element-within-a-value", "An element divides a value.", "<wxc_x>1<b/>0</wxc_x>", "nested"),
    piece("message-in-a-message", "A whole message stands in a value.", "<wxc_x><xml><total_fee>0</total_fee></xml></wxc_x>", "nested"),
    piece("message-beside", "A message stands among the elements.", "<xml><total_fee>0</total_fee></xml>", "nested"),
    piece("two-hundred-levels", "Elements are nested 200 deep.", "<wxc_x>" * 200 + "</wxc_x>" * 200, "nested"),
    piece("hundred-thousand-levels", "Elements are nested 100 000 deep and never closed.", "<wxc_x>" * 100_000, "nested"),
    piece("attribute", "An element has an attribute.", '<wxc_x unit="yuan">1</wxc_x>', "attribute"),
    remade("attribute-of-the-root", "The root has an attribute.", lambda text: text.replace("<xml>", '<xml version="1">', 1), "attribute"),
    piece("space-attribute", "An attribute tells readers to drop blanks.", '<wxc_x xml:space="default"> 1 </wxc_x>', "attribute"),
    piece("value-in-an-attribute", "An element has its value in an attribute.", '<wxc_x value="1"/>', "attribute"),
    remade(
        "default-namespace",
        "The root puts everything into a namespace.",
        lambda text: text.replace("<xml>", '<xml xmlns="http://127.0.0.1/">', 1),
        "namespace",
    ),
    piece("prefix", "An element has a prefix that is declared.", '<w:total_fee xmlns:w="http://127.0.0.1/">0</w:total_fee>', "namespace"),
    piece("undeclared-prefix", "An element has a prefix nobody declared.", "<w:total_fee>0</w:total_fee>", "namespace"),
    piece(
        "namespace-of-one",
        "A second value of an element is in a namespace.",
        '<wxc_x>1</wxc_x><wxc_x xmlns="http://127.0.0.1/">0</wxc_x>',
        "namespace",
    ),
    piece("instruction", "A processing instruction stands among the elements.", "<?php echo 1 ?>", "instruction"),
    piece("instruction-in-a-value", "A processing instruction divides a value.", "<wxc_x>1<?x?>0</wxc_x>", "instruction"),
    remade("instruction-at-the-end", "A processing instruction follows the message.", _before("<?x?>"), "instruction"),
    HostileXml("stylesheet", "An instruction names a stylesheet to fetch.", _stylesheet, "instruction"),
    piece(
        "comment-in-a-value",
        "A comment divides a value; some readers take its first half, some both.",
        "<wxc_x>1<!-- -->0</wxc_x>",
        "comment",
    ),
    piece("comment-after-a-value", "A comment stands at the end of a value.", "<wxc_x>1<!-- 0 --></wxc_x>", "comment"),
    piece(
        "comment-in-cdata-parts",
        "A comment stands between two CDATA sections of a value.",
        "<wxc_x><![CDATA[1]]><!----><![CDATA[0]]></wxc_x>",
        "comment",
    ),
    remade("another-root", "The root has another name.", lambda text: text.replace("xml>", "root>"), "root"),
    remade("root-in-upper-case", "The root is XML, not xml.", lambda text: text.replace("xml>", "XML>"), "root"),
    whole("page", "It is an HTML page without a DOCTYPE.", b"<html><head><title>404</title></head><body>x</body></html>", "root"),
    piece("text-beside", "There is text among the elements.", "total_fee=0", "text"),
    piece("cdata-beside", "There is CDATA among the elements.", "<![CDATA[<total_fee>0</total_fee>]]>", "text"),
    piece("ideographic-space-beside", "An ideographic space, which is no white space in XML, stands among the elements.", "\u3000", "text"),
    piece("two-megabytes", "A value has two million characters.", f"<wxc_x>{'x' * (2 * LIMIT)}</wxc_x>", "size"),
    piece(
        "million-elements", "There are so many elements that the message is too long.", "".join(f"<a{n}/>" for n in range(200_000)), "size"
    ),
)
_Maker = Callable[[str], str | bytes]
_BROKEN: Final[tuple[tuple[str, str, _Maker], ...]] = (
    ("nothing", "It is nothing.", lambda _text: b""),
    ("blank", "It is a line feed.", lambda _text: b"\n"),
    ("declaration-alone", "It is a declaration and nothing after it.", lambda _text: b'<?xml version="1.0" encoding="UTF-8"?>'),
    ("json", "It is JSON.", lambda _text: b'{"return_code":"SUCCESS"}'),
    ("form", "It is a form.", lambda _text: b"return_code=SUCCESS&result_code=SUCCESS"),
    ("cut-in-half", "Its second half is missing.", lambda text: text.encode()[: len(text) // 2].decode(errors="ignore")),
    ("last-byte-missing", "Its last byte is missing.", lambda text: text[:-1]),
    ("root-not-closed", "The root is not closed.", lambda text: text.removesuffix("</xml>")),
    ("two-messages", "Another message follows.", _before("<xml><total_fee>0</total_fee></xml>")),
    ("text-at-the-end", "Text follows the message.", _before("x")),
    ("blank-before-declaration", "A blank stands before the declaration.", _after(' <?xml version="1.0"?>')),
    ("two-declarations", "There are two declarations.", _after('<?xml version="1.0"?><?xml version="1.0"?>')),
    ("declaration-in-capitals", "The declaration is in upper case.", _after('<?XML VERSION="1.0"?>')),
)
_BROKEN_PIECES: Final = (
    ("bare-ampersand", "An & in a value is not escaped.", "<wxc_x>a&b</wxc_x>"),
    ("bare-bracket", "A < in a value is not escaped.", "<wxc_x>a<b</wxc_x>"),
    ("unfinished-entity", "An entity lacks its semicolon.", "<wxc_x>a&amp b</wxc_x>"),
    ("open-cdata", "CDATA is not closed.", "<wxc_x><![CDATA[1</wxc_x>"),
    ("cdata-in-cdata", "CDATA stands in CDATA, so the inner end closes the outer one.", "<wxc_x><![CDATA[a<![CDATA[b]]>c]]></wxc_x>"),
    ("end-of-cdata", "A value holds ]]> outside CDATA.", "<wxc_x>a]]>b</wxc_x>"),
    ("cdata-in-lower-case", "The word CDATA is in lower case.", "<wxc_x><![cdata[1]]></wxc_x>"),
    ("other-end-tag", "An element is closed under another name.", "<wxc_x>1</wxc_y>"),
    ("end-tag-in-another-case", "An element is closed in another case.", "<wxc_x>1</WXC_X>"),
    ("crossed-elements", "Two elements are closed in the wrong order.", "</xml></wxc_x>"),
    ("nameless-element", "An element has no name.", "<>1</>"),
    ("name-with-a-digit-first", "A name starts with a digit.", "<1x>1</1x>"),
    ("name-with-a-space", "A name holds a space.", "<wxc x>1</wxc x>"),
    ("dashes-in-a-comment", "A comment holds two dashes.", "<!-- a -- b -->"),
    ("open-comment", "A comment is not closed.", "<!-- a"),
)
REFUSED: Final[tuple[HostileXml, ...]] = (
    *_DOCTYPES,
    *_ENCODINGS,
    *_CHARACTERS,
    *_SHAPES,
    *(remade(name, says, make, "syntax") for name, says, make in _BROKEN),
    *(piece(name, says, text, "syntax") for name, says, text in _BROKEN_PIECES),
)
"""Messages that a careful reader refuses."""
