"""Bytes to text, as browsers do it: BOM, HTTP header, meta charset, then statistics.

:mod:`detector.encodings` has the encodings. Decoding never fails: bytes that the encoding does not
know become U+FFFD, and a declaration that the bytes contradict is overruled by statistics. So is
what browsers do with pages that declare nothing, which depends on where the reader lives.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from detector.encodings import SINGLE_BYTE, decoded, lookup
from detector.kernel import call
from detector.letters import FREQUENT

__all__ = ["OF_SCRIPTS", "Decoded", "decode", "guess", "looks_binary", "plain_utf8", "utf8_or_text"]


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

# Possessive, so that no header takes more than linear time.
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*+=\s*+[\"']?\s*+([A-Za-z0-9_:.-]{2,40})", re.I)
_XML = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})", re.I)
# What browsers read in bytes that no author means: the euro as one byte, controls.
_SUSPECT = {"gb18030": "€", "cp1252": "\x81\x8d\x8f\x90\x9d"}
_COMMENT = re.compile(rb"<!(?=--).*?-->", re.S)
_LANG = re.compile(rb"<html[^>]{0,200}?\slang\s*+=\s*+[\"']?([A-Za-z]{2,3})", re.I)
_HTTP = re.compile(r"charset\s*+=\s*+[\"']?\s*+([A-Za-z0-9_:.-]{2,40})", re.I)

# Characters so common that a few of them tell a right reading from a wrong one.
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
    "過後對這個們來時說國會發經現學進種樣關點將兩從當於還應與業體"
    "嘅佢哋咗啲喺"
    "のにをはがでたしとてるいなもれンスルトイクリア、。"
    "이다의는에을가하고를지로한은서기사도"
    "，。：！？（）"
)
_CANDIDATES = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
# Those in which common characters may have an ASCII byte, and stand without another byte beside.
_CANDIDATES_ALONE = ("big5hkscs", "cp932")
_SAMPLE = 20_000
_UTF8_SAMPLE = 4_000  # UTF-8 shows at once.
_LEAST = 0.06  # The share of common characters from which a reading is believed.


class _Letters(NamedTuple):
    """Letters beyond ASCII as bytes: ``telling`` ones, at least a ``share`` of a text, and all."""

    encoding: str
    telling: bytes
    share: float
    letters: bytes


def _letters(encoding: str, telling: str, share: float, others: str) -> _Letters:
    letters = (telling + others).encode(encoding, "ignore")
    return _Letters(encoding, telling.encode(encoding), share, letters)


def _range(start: int, end: int) -> str:
    return "".join(map(chr, range(start, end)))


_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґўАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁІЇЄҐЎ"
_POLISH = ("ąęłśżźćŁŚŻ", 0.2, "óńÓŃĄĘŹĆ")
# Scripts, whose words are nothing but such letters, and languages that mix them with Latin ones.
_SCRIPTS = (
    _letters("cp1251", *FREQUENT["cyrillic"], _CYRILLIC),
    _letters("koi8-u", *FREQUENT["cyrillic"], _CYRILLIC),
    _letters("iso8859-5", *FREQUENT["cyrillic"], _CYRILLIC),
    _letters("cp866", *FREQUENT["cyrillic"], _CYRILLIC),
    _letters("cp1253", *FREQUENT["greek"], _range(0x386, 0x3CF)),
    _letters("cp1255", *FREQUENT["hebrew"], _range(0x5B0, 0x5EB)),
    _letters("cp1256", *FREQUENT["arabic"], _range(0x60C, 0x6D3)),
    _letters("cp874", *FREQUENT["thai"], _range(0xE01, 0xE5C)),
)
OF_SCRIPTS = frozenset(each.encoding for each in _SCRIPTS)
"""Encodings in which a byte is a letter of another script than Latin."""
_ACCENTS = (
    _letters("cp1254", "ığşİĞŞ", 0.2, "çöüÇÖÜâîû"),
    _letters("cp1258", "ơưđƠƯĐ\u0300\u0301\u0303\u0309\u0323", 0.2, "ăâêôĂÂÊÔàáèéíóùúÀÁÈÉÍÓÙÚ"),
    _letters("cp1250", *_POLISH),
    _letters("iso8859-2", *_POLISH),
)
_SHORT = 40  # The number of bytes below which a few hanzi may look like letters of any script.
_ASCII = bytes(range(128))
_MARKS = bytes(128) + b"\x80" * 128  # Says of each byte only whether it is ASCII.
_PUNCTUATION = "\xa0€„“”‘’–—…«»·©®°§".encode("cp1252")
# https://html.spec.whatwg.org/#determining-the-character-encoding: what browsers expect where a
# language is at home, here by the language that the page says.
_BY_LANGUAGE = {
    language: encoding
    for encoding, languages in (
        ("cp1251", "ba be bg kk ky mk ru sah sr tg tt uk"),
        ("cp1253", "el"),
        ("cp1254", "az ku tr"),
        ("cp1255", "he"),
        ("cp1256", "ar fa"),
        ("cp1257", "et lt lv"),
        ("cp1258", "vi"),
        ("cp874", "th"),
        ("iso8859-2", "cs hr hu pl sk sl"),
    )
    for language in languages.split()
}

_MAGIC = (
    b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x7fELF", b"\x1f\x8b\x08",
    b"\xd0\xcf\x11\xe0", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x28\xb5\x2f\xfd", b"wOFF",
    b"wOF2",
)  # fmt: skip
_CONTROLS = bytes({*range(1, 32)} - set(b"\t\n\v\f\r\x1a\x1b"))
_NOT_CONTROLS = bytes({*range(256)} - set(_CONTROLS))
_MANY_CONTROLS = 12  # Different ones: compressed data soon has them all, damaged text a few.
# Words of GB2312's first level; in Western text, capitals with accents stand alone.
_HANZI = re.compile(rb"(?<![\x80-\xff])(?:[\xb0-\xd7][\xa1-\xfe])+(?![\x80-\xff])")
# The start of a tag, in each byte order.
_TAG = {
    "utf-16-le": re.compile(rb"<\0[A-Za-z/!?]\0"),
    "utf-16-be": re.compile(rb"\0<\0[A-Za-z/!?]"),
}


def looks_binary(data: bytes) -> bool:
    """Say whether ``data`` is no text at all: a known format, or bytes that no encoding explains.

    A few NULs in a page are damage. They speak against text when they are many, or when other
    control characters come with them; so do those without NULs where they are of all kinds, as in
    compressed data.
    """
    head = data[:4096]
    if head.startswith(_MAGIC):
        return True
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    zeros = head.count(0)
    controls = head.translate(None, _NOT_CONTROLS)
    dense = len(controls) * 50 > len(head)
    if zeros <= 8:
        dense = dense and len(set(controls)) >= _MANY_CONTROLS and not _mostly_utf8(head)
    elif not dense:
        dense = zeros * 10 > len(head)
    return dense and _utf16(data) is None


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page. ``content_type`` is the value of the HTTP header, if known.

    >>> decode("学校".encode("gbk"), "text/html; charset=gb2312")
    Decoded(text='学校', encoding='gb18030', replaced=0)
    """
    content, encoding = utf8_or_text(data, content_type)
    text = content if isinstance(content, str) else content.decode()
    return Decoded(text, encoding, text.count("\ufffd"))


def utf8_or_text(data: bytes, content_type: str | None = None) -> tuple[bytes | str, str]:
    """Return what :func:`decode` does, but UTF-8 without a fault as bytes, less its mark.

    Most pages are that, and the parser wants bytes.
    """
    plain = plain_utf8(data, content_type)
    return (plain, "utf-8") if plain is not None else _otherwise(data, content_type)[:2]


def _otherwise(data: bytes, content_type: str | None) -> Decoded:
    """Decode what :func:`plain_utf8` does not."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], encoding)
    # Before UTF-8, which ASCII with zeros in between is too.
    utf16 = _utf16(data)
    if utf16 is not None:
        return _decoded(data, utf16)
    declared = _declared(data, content_type)
    if declared is not None and declared != "utf-8":
        result = _as_declared(data, declared)
        if result is not None:
            return result
    cut = _utf8(data)
    if cut is not None:
        return Decoded(cut, "utf-8", cut.count("\ufffd"))
    # A few broken bytes in a UTF-8 page are damage, not another encoding.
    if _mostly_utf8(data):
        return _decoded(data, "utf-8")
    if declared == "utf-8":
        as_utf8 = _decoded(data, "utf-8")
        if as_utf8.replaced * 20 <= _beyond_ascii(as_utf8.text[:_SAMPLE]) + 20:
            return as_utf8
    return _decoded(data, guess(data))


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
    if content_type and (match := _HTTP.search(content_type)):
        if match.group(1).lower() == "utf-8":
            return "utf-8"
        if encoding := lookup(match.group(1)):
            return encoding
    head = data[:4096]
    if b"<" not in head:
        return None
    first = _META.search(head)
    if first and b"<!--" not in head[: first.end()] and (encoding := _named(first)):
        return encoding
    head = _COMMENT.sub(b"", head)
    for pattern in (_META, _XML):
        for found in pattern.finditer(head):
            if encoding := _named(found):
                return encoding
    return None


def _named(found: re.Match[bytes]) -> str | None:
    """Return the codec that the document names in a match, if it is one of pages."""
    label = found.group(1).decode("ascii").lower()
    # The match was readable as ASCII, so the page cannot be UTF-16.
    if label == "utf-8" or label.startswith("utf-16"):
        return "utf-8"
    encoding = lookup(label)
    return "utf-8" if encoding and encoding.startswith("utf-16") else encoding


def _as_declared(data: bytes, declared: str) -> Decoded | None:
    """Return ``data`` in the encoding that it declares, or None where its bytes contradict that."""
    if declared in SINGLE_BYTE:
        # Every byte is a character, so that there are no errors to tell.
        if _mostly_utf8(data):
            return _decoded(data, "utf-8")
        sample = _non_ascii_sample(data)
        if declared == "cp1252" and _in_runs(sample) and guess(data) != "cp1252":
            return None
    elif declared.startswith("utf-16"):
        if 0 not in data and _utf8(data) is not None:
            return None
    elif _mostly_utf8(data, 4, 10):
        return _decoded(data, "utf-8")
    result = _decoded(data, declared)
    wrong = result.replaced + sum(map(result.text.count, _SUSPECT.get(declared, "")))
    if wrong and not data.isascii():
        # UTF-8 read as a double-byte encoding looks like text, but not without holes.
        as_utf8 = _decoded(data, "utf-8")
        if as_utf8.replaced * 4 < wrong:
            return as_utf8
    return result if wrong * 50 <= max(len(result.text), 50) else None


def _decoded(data: bytes, encoding: str) -> Decoded:
    text = decoded(data, encoding)
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
        # So do the most common words, where there is no markup.
        if len(head) >= _SHORT and _commonness(head, encoding) > 2 * _LEAST:
            return encoding
    return None


def _mostly_utf8(data: bytes, least: int = 1, share: int = 4) -> bool:
    """Say whether ``data`` is UTF-8 with ``least`` characters beyond ASCII and few broken bytes.

    For each broken one ``share`` must be whole.
    """
    sample = _non_ascii_sample(data)[:_UTF8_SAMPLE]
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd") - sample.count(b"\xef\xbf\xbd")
    whole = _beyond_ascii(text) - broken
    return whole >= least and broken * share <= whole


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _in_runs(sample: bytes) -> bool:
    """Say whether most bytes beyond ASCII have another beside them.

    Western text has its accented letters one by one, other scripts nearly always in runs.
    """
    marks = sample.translate(_MARKS)
    high = marks.count(b"\x80")
    # Doubled, so that two bytes on their own do not share the ASCII byte between them.
    alone = (b"\0" + marks.replace(b"\0", b"\0\0") + b"\0").count(b"\0\x80\0")
    return high > 0 and alone * 2 <= high


def guess(data: bytes) -> str:
    """Return the likeliest legacy encoding: by common characters, letters, or the language."""
    sample = _non_ascii_sample(data)
    in_runs = _in_runs(sample)
    by_letters = _by_letters(data, (*_SCRIPTS, *_ACCENTS) if in_runs else _ACCENTS)
    if by_letters is not None and len(data.translate(None, _ASCII)) >= _SHORT:
        return by_letters
    best, best_score = None, _LEAST
    for encoding in _CANDIDATES if in_runs else _CANDIDATES_ALONE:
        score = _commonness(sample, encoding)
        if score > best_score:
            best, best_score = encoding, score
    if best is None and _is_gb2312(sample):
        return "gb18030"
    return best or by_letters or _by_language(data)


def _by_letters(data: bytes, languages: tuple[_Letters, ...]) -> str | None:
    """Return the encoding in which what is not ASCII are the letters of one language, if any."""
    high = data.translate(None, _ASCII + _PUNCTUATION)
    best, most = None, 0
    for encoding, telling, share, letters in languages:
        count = len(high) - len(high.translate(None, telling))
        if (
            count > most
            and count >= len(high) * share
            and len(high.translate(None, letters)) * 10 <= len(high)
            # Two are not enough: Italian has two of the Vietnamese ones.
            and len({*high} & {*telling}) >= 3
        ):
            best, most = encoding, count
    return best


def _by_language(data: bytes) -> str:
    """Return the usual encoding of the language that a page says it is in, else windows-1252."""
    match = _LANG.search(data[:4096])
    language = match.group(1).decode("ascii").lower() if match else ""
    encoding = _BY_LANGUAGE.get(language, "cp1252")
    # ISO encodings have no letters where Windows has some of the Czech and Polish ones.
    if encoding == "iso8859-2" and re.search(rb"[\x80-\x9f]", data):
        return "cp1250"
    return encoding


def _is_gb2312(sample: bytes) -> bool:
    """Say whether ``sample`` is words of everyday hanzi, which a title may have alone."""
    words = [len(word) for word in _HANZI.findall(sample)]
    high = len(sample.translate(None, _ASCII))
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
    marks = data.translate(_MARKS)
    at = marks.find(b"\x80" * 8)
    start = max(0, (at if at >= 0 else marks.find(b"\x80")) - 100)
    # Start after an ASCII byte, so that no double-byte character is cut in half.
    while start > 0 and data[start - 1] > 0x7F:
        start -= 1
    return data[start : start + _SAMPLE]
