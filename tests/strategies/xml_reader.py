"""Reads every hostile message and tells what was opened and fetched meanwhile: ``python -m tests.strategies.xml_reader WHO FILE URL``.

A process of its own, because an audit hook can never be taken away again.
"""

import json
import sys
from collections.abc import Callable
from urllib.request import ProxyHandler, build_opener
from xml.parsers import expat

from reference.oracles.v2 import MalformedXmlError, read_xml
from strategies.hostile_xml import CORPUS, SAMPLE, Canary

_TOUCHING = {"open", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request", "subprocess.Popen", "os.system"}


def ours(raw: bytes) -> str:
    """Read as the oracle does; return what was read, or why it was not."""
    try:
        return repr(read_xml(raw))
    except MalformedXmlError as error:
        return str(error)


def naive(raw: bytes) -> str:
    """Read as careless software does, following whatever the message names; return all text."""
    texts: list[str] = []
    direct = build_opener(ProxyHandler({}))
    parser = expat.ParserCreate()

    def follow(context: str | None, _base: str | None, system_id: str | None, _public_id: str | None) -> int:
        with direct.open(system_id or "") as found:
            content = found.read()
        parser.ExternalEntityParserCreate(context or "").Parse(content, True)  # noqa: FBT003  # expat takes the flag by position only
        return 1

    parser.ExternalEntityRefHandler = follow
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
    parser.CharacterDataHandler = texts.append
    try:
        parser.Parse(raw, True)  # noqa: FBT003  # expat takes the flag by position only
    except (expat.ExpatError, LookupError, OSError, ValueError) as error:
        texts.append(str(error))
    return "".join(texts)


def main(who: str, file: str, url: str) -> None:
    """Read the corpus with the reader *who* and print, by case, what was touched and what came out."""
    readers: dict[str, Callable[[bytes], str]] = {"ours": ours, "naive": naive}
    canary = Canary(file, url)
    raws = {case.name: case.raw(case.members(SAMPLE), canary) for case in CORPUS}
    readers[who](raws["plain"])
    touched: list[str] = []
    sys.addaudithook(lambda event, details: touched.append(f"{event} {details[0]}") if event in _TOUCHING else None)
    told = {}
    for name, raw in raws.items():
        touched.clear()
        text = readers[who](raw)
        told[name] = {"touched": list(touched), "text": text[:2000]}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
