"""Bytes to text, as browsers do it: BOM, HTTP header, meta charset, then statistics.

Labels follow the WHATWG Encoding Standard (GB2312 and GBK are read as gb18030, ISO-8859-1 as
windows-1252, and so on). Decoding never fails: bytes that the encoding does not know become
U+FFFD, and a declaration that the bytes contradict is overruled by statistics.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from detector.kernel import call

__all__ = ["Decoded", "decode", "looks_binary", "plain_utf8"]


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
    "gb_2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "euc_kr": "cp949",
    "windows-949": "cp949",
    "korean": "cp949",
    "x-euc-jp": "euc_jp",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "x-cp1252": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "x-cp1251": "cp1251",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac-cyrillic",
    "utf8": "utf-8",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
}
# The encodings of that standard, by the names of Python's codecs: nothing else is a page's.
_ENCODINGS = frozenset(
    ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "euc_jp", "iso2022_jp", "cp932",
     "cp949", "cp866", "cp874", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic",
     *(f"cp{number}" for number in range(1250, 1259)),
     *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)))
)  # fmt: skip
# Possessive, so that no header takes more than linear time.
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*+=\s*+[\"']?\s*+([A-Za-z0-9_:.-]{2,40})", re.I)
_XML = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})", re.I)
_HTTP = re.compile(r"charset\s*+=\s*+[\"']?\s*+([A-Za-z0-9_:.-]{2,40})", re.I)

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
_LEAST = 0.06  # The share of common characters from which a reading is believed.

_MAGIC = (
    b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x7fELF", b"\x1f\x8b\x08",
    b"\xd0\xcf\x11\xe0", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c",
)  # fmt: skip
_CONTROLS = bytes({*range(1, 32)} - set(b"\t\n\v\f\r\x1a\x1b"))
# Words of GB2312's first level; in Western text, capitals with accents stand alone.
_HANZI = re.compile(rb"(?<![\x80-\xff])(?:[\xb0-\xd7][\xa1-\xfe])+(?![\x80-\xff])")
# The start of a tag, in each byte order.
_TAG = {
    "utf-16-le": re.compile(rb"<\0[A-Za-z/!?]\0"),
    "utf-16-be": re.compile(rb"\0<\0[A-Za-z/!?]"),
}


def looks_binary(data: bytes) -> bool:
    """Say whether ``data`` is no text at all: a known format, or NULs that UTF-16 cannot explain.

    A few NULs in a page are damage. They speak against text when they are many, or when other
    control characters come with them, as in compressed data.
    """
    head = data[:4096]
    if head.startswith(_MAGIC):
        return True
    zeros = head.count(0)
    if zeros <= 8 or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    dense = zeros * 10 > len(head) or controls * 50 > len(head)
    return dense and _utf16(data) is None


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page. ``content_type`` is the value of the HTTP header, if known.

    >>> decode("学校".encode("gbk"), "text/html; charset=gb2312")
    Decoded(text='学校', encoding='gb18030', replaced=0)
    """
    plain = plain_utf8(data, content_type)
    if plain is not None:
        text = plain.decode()
        return Decoded(text, "utf-8", text.count("\ufffd"))
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], encoding)
    # Before UTF-8, which ASCII with zeros in between is too.
    utf16 = _utf16(data)
    if utf16 is not None:
        return _decoded(data, utf16)
    declared = _declared(data, content_type)
    if declared is not None and declared != "utf-8":
        result = _decoded(data, declared)
        if result.replaced:
            # UTF-8 read as a double-byte encoding looks like text, but not without holes.
            as_utf8 = _decoded(data, "utf-8")
            if as_utf8.replaced * 4 < result.replaced:
                return as_utf8
        if result.replaced * 50 <= max(len(result.text), 50) and not (
            declared == "cp1252" and (_utf8(data) is not None or _is_double_byte(data))
        ):
            return result
    cut = _utf8(data)
    if cut is not None:
        return Decoded(cut, "utf-8", cut.count("\ufffd"))
    guess = _guess(data)
    if declared == "utf-8" or (declared == "cp1252" and guess != "cp1252"):
        as_utf8 = _decoded(data, "utf-8")
        # A few broken bytes in a UTF-8 page are damage, not another encoding.
        if as_utf8.replaced * 20 <= sum(c > "\x7f" for c in as_utf8.text[:_SAMPLE]) + 20:
            return as_utf8
    return _decoded(data, guess)


def plain_utf8(data: bytes, content_type: str | None = None) -> bytes | None:
    """Return what :func:`decode` reads as UTF-8 without a fault, less its mark; else None."""
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    elif (
        data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        or _utf16(data) is not None
        or _declared(data, content_type) not in (None, "utf-8")
    ):
        return None
    return data if call("is_utf8", data, len(data)) else None


def _declared(data: bytes, content_type: str | None) -> str | None:
    """Return the codec that the HTTP header or the document names, if it is one of pages."""
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
            name = codecs.lookup(name).name
        except LookupError:
            continue
        name = _WHATWG.get(name, name)
        if name in _ENCODINGS:
            return name
    return None


def _decoded(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, text.count("\ufffd"))


def _utf8(data: bytes) -> str | None:
    """Return UTF-8 as text, or None when it is something else."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A cut in the middle of the last character is not an argument against UTF-8.
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data.decode("utf-8", "replace")
        return None


def _utf16(data: bytes) -> str | None:
    """Return the byte order of UTF-16 without a mark, or None when it is something else."""
    head = data[:4096]
    if 0 not in head:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for encoding, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if high > max(3, len(head) * 0.15) and low * 10 < high:
            return encoding
        # Chinese has few zeros, and some on the other side (U+4E00), but its markup shows.
        if any(match.start() % 2 == 0 for match in _TAG[encoding].finditer(head)) and (
            (high > 3 and low * 10 < high) or _commonness(head, encoding) > _LEAST
        ):
            return encoding
    return None


def _is_double_byte(data: bytes) -> bool:
    """Say whether ``data`` reads as Chinese, Japanese or Korean rather than Western text.

    Western text has its accented letters one by one, East Asian text nearly always in runs.
    """
    sample = _non_ascii_sample(data)
    high = len(re.findall(rb"[\x80-\xff]", sample))
    in_runs = sum(map(len, re.findall(rb"[\x80-\xff]{2,}", sample)))
    return high > 0 and in_runs * 2 >= high and _guess(data) != "cp1252"


def _guess(data: bytes) -> str:
    """Return the likeliest legacy encoding by the share of very common characters."""
    sample = _non_ascii_sample(data)
    best, best_score = "cp1252", _LEAST
    for encoding in _CANDIDATES:
        score = _commonness(sample, encoding)
        if score > best_score:
            best, best_score = encoding, score
    if best == "cp1252" and _is_gb2312(sample):
        return "gb18030"
    return best


def _is_gb2312(sample: bytes) -> bool:
    """Say whether ``sample`` is words of everyday hanzi, which a title may have alone."""
    words = [len(word) for word in _HANZI.findall(sample)]
    high = len(re.findall(rb"[\x80-\xff]", sample))
    return max(words, default=0) >= 4 and sum(words) * 5 >= high * 4


def _commonness(sample: bytes, encoding: str) -> float:
    """Return the share of very common characters beyond ASCII, less what is broken."""
    text = sample.decode(encoding, "replace")
    wide = [c for c in text if c > "\x7f"]
    if not wide:
        return 0.0
    return (sum(c in _COMMON for c in wide) - 5 * text.count("\ufffd")) / len(wide)


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
