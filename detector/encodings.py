"""Encodings as browsers read them: labels, and Python's codecs put right where they differ.

https://encoding.spec.whatwg.org/ is the standard, :mod:`webencodings` has its labels. What stays
different: some two hundred rare pairs of Big5 (additions of Hong Kong in 2008, second codes of
characters) become U+FFFD, and a line feed ends the Japanese part of an ISO-2022-JP line.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

__all__ = ["SINGLE_BYTE", "decoded", "encoded", "lookup", "whole"]

SINGLE_BYTE = frozenset(
    ("cp866", "cp874", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic",
     *(f"cp{number}" for number in range(1250, 1259)),
     *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)))
)  # fmt: skip
"""The codecs in which a byte is a character."""

# What one error takes, by codec: the bytes that the standard's decoder has read by then. It never
# takes an ASCII byte, so that a broken character cannot hide the "<" behind it.
_ERRORS = {
    "gb18030": rb"[\x81-\xfe](?:[0-9][\x81-\xfe][0-9]|[0-9][\x81-\xfe]?\Z|[\x80-\xff])",
    "big5hkscs": rb"[\x81-\xfe][\x80-\xff]",
    "cp949": rb"[\x81-\xfe][\x80-\xff]",
    "cp932": rb"[\x81-\x9f\xe0-\xfc][\x80-\xff]",
    "euc_jp": rb"\x8f[\xa1-\xfe][\x80-\xff]?|[\x8e\x8f\xa1-\xfe][\x80-\xff]",
}
_TAKEN = {codec: re.compile(pattern, re.S) for codec, pattern in _ERRORS.items()}
# Two bytes of JIS X 0208, and what they have more than its rows and cells.
_ROWS = {
    "euc_jp": (re.compile(rb"[\xa1-\xfe]{2}"), 0xA0),
    "iso2022_jp_ext": (re.compile(rb"[\x21-\x7e]{2}"), 0x20),
}
_HANDLER = "detector.encodings"
_MOST_ERRORS = 20_000  # Beyond that it is no text, and Python's own rule for errors is quicker.
# Half-width katakana are beyond Python's plain codec.
_CODECS = {"iso2022_jp": "iso2022_jp_ext"}
# Bytes that the standard fills in another way than Python.
_FILLED = {"koi8-u": {0xAE: "ў", 0xBE: "Ў"}, "cp1255": {0xCA: "\u05ba"}}
# Characters that Python reads, and what the standard reads in their place: it follows Windows and
# GB18030 of 2022, and has errors where Python has characters for private use.
_JIS = ("〜‖−¢£¬", "～∥－￠￡￢")
_AMENDED = {
    "gb18030": (
        "\ue5e5\ue7c7"
        "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796"
        "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
        "\u3000ḿ"
        "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
        "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
    ),
    "big5hkscs": ("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡"),
    "cp932": ("\uf8f0\uf8f1\uf8f2\uf8f3", "\ufffd\ufffd\ufffd\ufffd"),
    "euc_jp": _JIS,
    "iso2022_jp": _JIS,
}


def lookup(label: str) -> str | None:
    """Return the name of the codec for ``label``, or None for what is no encoding of pages.

    Browsers show nothing of pages in encodings that they call ``replacement`` (ISO-2022-KR, HZ);
    here their label says nothing, and the bytes decide. ``x-user-defined`` is windows-1252, as in
    a meta element.
    """
    # Imported at the first label: most pages say UTF-8, and the caller knows that one.
    from webencodings import LABELS, PYTHON_NAMES

    name = LABELS.get(label.strip("\t\n\f\r ").lower())
    if name is None or name == "replacement":
        return None
    if name == "x-user-defined":
        return "cp1252"
    codec = codecs.lookup(PYTHON_NAMES.get(name, name)).name
    return "gb18030" if codec == "gbk" else codec


def decoded(data: bytes, encoding: str) -> str:
    """Return ``data`` as text, with U+FFFD for each error that a browser sees.

    >>> decoded(b"\\x80 \\x81<b>", "gb18030"), decoded(b"\\x81\\x8d", "cp1252")
    ('€ �<b>', '\\x81\\x8d')
    """
    if encoding in SINGLE_BYTE:
        return codecs.charmap_decode(data, "replace", _table(encoding))[0]
    if encoding.startswith("utf"):
        return data.decode(encoding, "replace")
    codec = _CODECS.get(encoding, encoding)
    text = data.decode(codec, "replace")
    errors = text.count("\ufffd")
    if errors > _MOST_ERRORS:
        # Not to be read with care; with spaces, which a cut character at the end does not take.
        text = (data + b"   ").decode(codec, "replace")[:-3]
    elif errors:
        text = data.decode(codec, _HANDLER)
    for python, standard in zip(*_AMENDED.get(encoding, ("", "")), strict=True):
        text = text.replace(python, standard)
    return text


def encoded(text: str, encoding: str, errors: str) -> bytes:
    """Return ``text`` as bytes, from which :func:`decoded` makes the same text."""
    if encoding in SINGLE_BYTE:
        return codecs.charmap_encode(text, errors, codecs.charmap_build(_table(encoding)))[0]
    for python, standard in zip(*_AMENDED.get(encoding, ("", "")), strict=True):
        text = text.replace(standard, python)
    return text.encode(_CODECS.get(encoding, encoding), errors)


def whole(text: str) -> str:
    """Return ``text`` without surrogates: pairs as their character, single ones as U+FFFD.

    They come from strings of JSON with escapes such as ``\\ud83d``, which Python lets through.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


@cache
def _table(encoding: str) -> str:
    """Return the characters of all bytes; undefined ones below 0xA0 are control characters."""
    filled = _FILLED.get(encoding, {})
    table = []
    for byte in range(256):
        char = filled.get(byte) or bytes((byte,)).decode(encoding, "replace")
        table.append(chr(byte) if char == "\ufffd" and byte < 0xA0 else char)
    return "".join(table)


def _as_browsers(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for bytes that a codec does not know, and where to read on."""
    assert isinstance(error, UnicodeDecodeError)
    data, at = error.object, error.start
    if error.encoding == "gb18030" and data[at] == 0x80:
        return "€", at + 1
    pair = data[at : at + 2]
    if char := _elsewhere(pair, error):
        return char, at + 2
    taken = _TAKEN[error.encoding].match(data, at) if error.encoding in _TAKEN else None
    return "\ufffd", taken.end() if taken else at + 1


def _elsewhere(pair: bytes, error: UnicodeDecodeError) -> str:
    """Return the character of two bytes that only another codec of Python knows, or ""."""
    codec = "cp932"
    if error.encoding == "big5hkscs":
        codec = "cp950"
    elif error.encoding in _ROWS:
        pattern, more = _ROWS[error.encoding]
        if not pattern.fullmatch(pair):
            return ""
        pair = _shift_jis(pair[0] - more, pair[1] - more)
    else:
        return ""
    try:
        char = pair.decode(codec)
    except UnicodeDecodeError:
        return ""
    return "" if len(char) > 1 or "\ue000" <= char < "\uf900" else char


def _shift_jis(row: int, cell: int) -> bytes:
    """Return the bytes of a row and cell in Shift_JIS, where NEC and IBM added characters."""
    lead = (row - 1) // 2 + (0x81 if row < 63 else 0xC1)
    if row % 2:
        return bytes((lead, cell + (0x3F if cell < 64 else 0x40)))
    return bytes((lead, cell + 0x9E))


codecs.register_error(_HANDLER, _as_browsers)
