"""Decoding of known pages, in every encoding that pages use, declared in every way, and damaged.

``cases/decode_variants.json`` has a row for each text and encoding. ``wrong`` are labels that a
page in this encoding must overrule, ``guessed`` is the encoding of the same letters that statistics
name instead, and ``fails`` are known failures by declaration and damage.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from support import rows_of

from detector.decode import Decoded, decode
from detector.encodings import SINGLE_BYTE, decoded

PARAGRAPHS = {row["name"]: row["text"] for row in rows_of("decode_paragraphs")}
DAMAGES = ("clean", "cut", "nul", "trail", "lead")
BOMS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
TONES = "\u0300\u0301\u0303\u0309\u0323"


def variants() -> Iterator[Any]:
    """Yield a parameter for each row, way to declare and damage."""
    for row in rows_of("decode_variants"):
        assert row["why"]
        ways = ["http", "meta", "http-equiv", "xml", "none", "lang"]
        ways += [f"wrong {label}" for label in row["wrong"]]
        if row["codec"] in BOMS:
            ways.append("bom")
        if row["codec"].startswith("utf-16"):
            # What is readable as ASCII cannot declare UTF-16.
            ways = [way for way in ways if way not in ("meta", "http-equiv", "xml")]
        fails = row.get("fails", {})
        names = {f"{way} {damage}" for way in ways for damage in DAMAGES}
        assert fails.keys() <= names
        for way in ways:
            for damage in DAMAGES:
                if damage == "lead" and row["codec"] in SINGLE_BYTE:
                    continue  # There is one byte, and it is broken already.
                why = fails.get(f"{way} {damage}")
                yield pytest.param(
                    row, way, damage, id=f"{row['name']} {way} {damage}",
                    marks=pytest.mark.xfail(strict=True, reason=why) if why else (),
                )  # fmt: skip


def written(text: str, codec: str) -> str:
    """Return ``text`` as ``codec`` has it: windows-1258 writes most tones apart from the vowel."""
    if codec != "cp1258":
        return text
    chars = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        tone = next((part for part in parts if part in TONES), "")
        bare = unicodedata.normalize("NFC", parts.replace(tone, "")) if tone else char
        chars.append(char if char.encode(codec, "ignore") else bare + tone)
    return "".join(chars)


def page_of(row: dict[str, Any], way: str) -> tuple[str, str | None]:
    """Return the source of a page and its HTTP header."""
    kind, _, wrong = way.partition(" ")
    label = wrong or row["label"]
    meta = {
        "meta": f'<meta charset="{label}">',
        "http-equiv": f'<META content="text/html; charset={label}" http-equiv=Content-Type>',
        "wrong": f"<meta charset={label}>",
    }.get(kind, "")
    lang = f' lang="{row["text"]}"' if kind == "lang" else ""
    xml = f'<?xml version="1.0" encoding="{label}"?>\n' if kind == "xml" else ""
    text = written(PARAGRAPHS[row["text"]], row["codec"])
    source = f"{xml}<html{lang}><head>{meta}</head><body><p>{text}</p></body></html>"
    return source, f"text/html; charset={label}" if kind == "http" else None


def place(source: str, last: bool) -> int:
    """Return where the last or a middle character beyond ASCII stands."""
    places = [at for at, char in enumerate(source) if char > "\x7f" and char not in TONES]
    return places[-1 if last else len(places) // 2]


@pytest.mark.parametrize(("row", "way", "damage"), list(variants()))
def test_a_variant_decodes_to_its_text_or_says_what_was_replaced(
    row: dict[str, Any], way: str, damage: str
) -> None:
    codec = row["codec"]
    guessed = way.startswith(("none", "lang", "wrong"))
    encoding = row.get("guessed", row["encoding"]) if guessed else row["encoding"]
    source, http = page_of(row, way)
    at = place(source, last=damage == "cut")
    mark = BOMS[codec] if way == "bom" else b""
    # A character in the Japanese part of ISO-2022-JP ends three bytes before what ends that part.
    ending = 3 if codec == "iso2022_jp" else 0
    end = len(source[: at + 1].encode(codec)) - ending
    if damage == "nul":
        source = source[:at] + "\0" + source[at:]
    data = source.encode(codec)
    if damage in ("clean", "nul"):
        assert decode(mark + data, http) == Decoded(source, encoding, 0)
    elif damage == "cut":
        found = decode(mark + data[: end - 1], http)
        partial = codec not in SINGLE_BYTE
        assert found == Decoded(source[:at] + "\ufffd" * partial, encoding, int(partial))
    else:
        width = len(source[at].encode(codec)) - 2 * ending
        broken = end - width if damage == "lead" else end - 1
        byte = b"\xff"
        if codec.startswith("utf-16"):
            # The high half of a surrogate; of other bytes one character is as good as the next.
            broken, byte = end - (1 if codec == "utf-16-le" else 2), b"\xdb"
        found = decode(mark + data[:broken] + byte + data[broken + 1 :], http)
        assert found.encoding == encoding
        assert found.text.startswith(source[:at])
        # A broken first byte shifts the pairs behind it, up to the next ASCII character.
        rest = source[at + 2 :] if damage == "trail" else source[source.index("</p>") :]
        assert found.text.endswith(rest)
        assert found.replaced == found.text.count("\ufffd")
        assert found.replaced or decoded(byte, encoding) != "\ufffd"
