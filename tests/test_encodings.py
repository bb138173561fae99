"""Encodings: labels, and that bytes become the text that browsers show."""

from __future__ import annotations

import re
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases
from webencodings import LABELS

from detector.decode import decode
from detector.encodings import SINGLE_BYTE, decoded, encoded, lookup, whole

MULTI_BYTE = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
ASCII_COMPATIBLE = ("utf-8", *MULTI_BYTE, *sorted(SINGLE_BYTE))
ALL = (*ASCII_COMPATIBLE, "iso2022_jp", "utf-16-le", "utf-16-be")
# No character of several bytes has one of these.
MARKUP = re.compile("[^<>\"'&=/;:? \n-]+")
# Leads, trails, digits, markup, escapes.
ROLES = b"\x80\x81\x8e\x8f\xa0\xa1\xad\xfc\xfe\xff09<>@a~\0\x1b$B("
troublesome = st.lists(
    st.sampled_from([bytes((byte,)) for byte in ROLES])
    | st.binary(min_size=1, max_size=3),
    max_size=40,
).map(b"".join)  # fmt: skip


@pytest.mark.parametrize("case", cases("encodings_decoded"))
def test_bytes_are_read_as_in_browsers(case: dict[str, Any]) -> None:
    assert decoded(bytes.fromhex(case["hex"]), case["encoding"]) == case["text"]


def test_every_label_of_the_standard_is_known() -> None:
    names = {label: lookup(label) for label in LABELS}
    unknown = {label for label, name in names.items() if name is None}
    assert unknown == {label for label, name in LABELS.items() if name == "replacement"}
    assert set(names.values()) - {None} == set(ALL)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        (" GBK\n", "gb18030"), ("x-user-defined", "cp1252"), ("unicode", "utf-16-le"),
        ("latin1", "cp1252"), ("hz-gb-2312", None), ("utf-7", None), ("idna", None), ("", None),
    ],
)  # fmt: skip
def test_labels(label: str, name: str | None) -> None:
    assert lookup(label) == name


@pytest.mark.parametrize("encoding", sorted(SINGLE_BYTE))
def test_single_bytes_go_back_to_themselves(encoding: str) -> None:
    data = bytes(range(256))
    text = decoded(data, encoding)
    assert len(text) == 256
    assert text[:128] == data[:128].decode("ascii")
    assert decoded(encoded(text, encoding, "strict"), encoding) == text


@pytest.mark.parametrize("encoding", MULTI_BYTE)
def test_pairs_go_back_to_themselves(encoding: str) -> None:
    for lead in range(0x80, 0x100):
        for trail in range(0x40, 0x100):
            text = decoded(bytes((lead, trail)), encoding)
            # Numeric references stand for the few that Python cannot write.
            if "\ufffd" not in text and b"&#" not in (
                data := encoded(text, encoding, "xmlcharrefreplace")
            ):
                assert decoded(data, encoding) == text


@given(troublesome, st.sampled_from(ASCII_COMPATIBLE))
def test_markup_is_never_swallowed(data: bytes, encoding: str) -> None:
    shown = MARKUP.sub("", decoded(data, encoding))
    assert shown == MARKUP.sub("", data.decode("latin-1"))


@given(troublesome, st.none() | st.sampled_from(sorted(LABELS)))
def test_no_bytes_raise_and_what_was_replaced_is_said(data: bytes, label: str | None) -> None:
    found = decode(data, label and f"text/html; charset={label}")
    assert found.replaced == found.text.count("\ufffd")
    assert found.encoding in ALL
    if found.encoding in ASCII_COMPATIBLE:
        assert found.text.count("<") == data.count(b"<")


@pytest.mark.parametrize("encoding", MULTI_BYTE)
@pytest.mark.parametrize("end", [b"", b"\x81", b"\x810", b"\x810<", b"\x8f\xa1<", b"<"])
def test_what_is_mostly_errors_keeps_its_markup_too(encoding: str, end: bytes) -> None:
    text = decoded(b"\xff<\xff>" * 11_000 + end, encoding)
    assert text.startswith("\ufffd<\ufffd>" * 11_000)
    assert text.count("<") == 11_000 + end.count(b"<")


@pytest.mark.parametrize("encoding", ALL)
@pytest.mark.parametrize(
    "unit", [b"\x81", b"\x8f\xa1<", b"\x810\x81", b"\xff\xfe\xad\xa1", b"\x1b$B"]
)
def test_time_is_linear_in_size(encoding: str, unit: bytes) -> None:
    def seconds(size: int) -> float:
        data = unit * (size // len(unit))
        rounds = []
        for _ in range(3):
            before = process_time()
            decode(data, f"text/html; charset={encoding.replace('_', '-')}")
            decoded(data, encoding)
            rounds.append(process_time() - before)
        return min(rounds)

    assert seconds(40_000) < 0.01 + 30 * seconds(4_000)


@pytest.mark.parametrize(
    ("text", "expect"),
    [("a\ud83d\ude00b", "a😀b"), ("a\ud83db\ude00", "a\ufffdb\ufffd"), ("学校", "学校"), ("", "")],
)
def test_surrogates_are_joined_or_replaced(text: str, expect: str) -> None:
    assert whole(text) == expect
