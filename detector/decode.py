"""Bytes to text, as browsers do it: BOM, HTTP header, meta charset, then statistics.

Labels follow the WHATWG Encoding Standard (GB2312 and GBK are read as gb18030, ISO-8859-1 as
windows-1252, and so on). Decoding never fails: bytes that the encoding does not know become
U+FFFD, and a declaration that the bytes contradict is overruled by statistics.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

__all__ = ["Decoded", "decode", "looks_binary"]


class Decoded(NamedTuple):
    """Decoded text, the Python codec name used, and how many replacement characters it holds."""

    text: str
    encoding: str
    replaced: int


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# https://encoding.spec.whatwg.org/#names-and-labels where Python's own aliases differ.
_WHATWG = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "korean": "cp949",
    "x-euc-jp": "euc_jp",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "utf8": "utf-8",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
}
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.I)
_XML = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})", re.I)
_HTTP = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.I)

# Characters so common that a few of them tell a right reading from a wrong one.
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
    "過後對這個們來時說國會發經現學進種樣關點將兩從當於還應與業體"
    "のにをはがでたしとてるいなもれンスルトイクリア、。"
    "이다의는에을가하고를지로한은서기사도"
    "，。：！？（）"
)
_CANDIDATES = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_SAMPLE = 20_000


def looks_binary(data: bytes) -> bool:
    """Say whether ``data`` is no text at all: NUL bytes that UTF-16 and UTF-32 do not explain."""
    head = data[:4096]
    if b"\0" not in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.startswith((b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff"))
    zeros = head.count(0)
    even, odd = head[0::2].count(0), head[1::2].count(0)
    looks_utf16 = zeros > len(head) * 0.15 and min(even, odd) < zeros * 0.05
    return not looks_utf16 and zeros > 8


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page. ``content_type`` is the value of the HTTP header, if known.

    >>> decode("学校".encode("gbk"), "text/html; charset=gb2312")
    Decoded(text='学校', encoding='gb18030', replaced=0)
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], encoding)
    declared = _declared(data, content_type)
    if declared is not None and declared != "utf-8":
        result = _decoded(data, declared)
        if result.replaced * 50 <= max(len(result.text), 50) and not (
            declared == "cp1252" and _is_utf8(data)
        ):
            return result
    if _is_utf8(data):
        return _decoded(data, "utf-8")
    utf16 = _utf16(data)
    if utf16 is not None:
        return _decoded(data, utf16)
    guess = _guess(data)
    if declared == "utf-8":
        as_utf8 = _decoded(data, "utf-8")
        # A few broken bytes in a UTF-8 page are damage, not another encoding.
        if as_utf8.replaced * 20 <= sum(c > "\x7f" for c in as_utf8.text[:_SAMPLE]) + 20:
            return as_utf8
    return _decoded(data, guess)


def _declared(data: bytes, content_type: str | None) -> str | None:
    """Return the codec that the HTTP header or the document names, if Python knows it."""
    labels = []
    if content_type and (match := _HTTP.search(content_type)):
        labels.append(match.group(1))
    head = data[:4096]
    for pattern in (_META, _XML):
        if found := pattern.search(head):
            label = found.group(1).decode("ascii").lower()
            # The meta element was readable as ASCII, so the page cannot be UTF-16.
            labels.append("utf-8" if label.startswith("utf-16") else label)
    for label in labels:
        name = label.lower()
        name = _WHATWG.get(name, name)
        try:
            info = codecs.lookup(name)
        except LookupError:
            continue
        if getattr(info, "_is_text_encoding", True):
            return _WHATWG.get(info.name, info.name)
    return None


def _decoded(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, text.count("\ufffd"))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A cut in the middle of the last character is not an argument against UTF-8.
        return error.start >= len(data) - 3 and error.reason == "unexpected end of data"
    return True


def _utf16(data: bytes) -> str | None:
    head = data[:2048]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 5 and even < odd // 10:
        return "utf-16-le"
    if even > len(head) // 5 and odd < even // 10:
        return "utf-16-be"
    return None


def _guess(data: bytes) -> str:
    """Return the likeliest legacy encoding by the share of very common characters."""
    sample = _non_ascii_sample(data)
    best, best_score = "cp1252", 0.06
    for encoding in _CANDIDATES:
        text = sample.decode(encoding, "replace")
        wide = [c for c in text if c > "\x7f"]
        if not wide:
            continue
        common = sum(c in _COMMON for c in wide)
        broken = text.count("\ufffd")
        score = (common - 5 * broken) / len(wide)
        if score > best_score:
            best, best_score = encoding, score
    return best


def _non_ascii_sample(data: bytes) -> bytes:
    """Return up to 20 kB of ``data`` from around the places that tell encodings apart."""
    if len(data) <= _SAMPLE:
        return data
    match = re.search(rb"[\x80-\xff]{8}", data)
    start = max(0, match.start() - 100) if match else 0
    # Start after an ASCII byte, so that no double-byte character is cut in half.
    while start > 0 and data[start - 1] > 0x7F:
        start -= 1
    return data[start : start + _SAMPLE]
