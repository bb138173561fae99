"""Results: to JSON and back without loss."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.page import HIDDEN_BY, WHERES
from detector.result import KINDS, Damage, Link, LinkBlock, Result, Span, Word

# Probabilities are written with six digits; those survive, which is what is promised.
probabilities = st.integers(0, 1_000_000).map(lambda millionths: millionths / 1_000_000)
offsets = st.integers(0, 1_000_000)
texts = st.text(max_size=12)
words = st.builds(Word, offsets, offsets, texts, st.none() | texts)
spans = st.builds(
    Span, st.sampled_from(KINDS), offsets, offsets, texts, probabilities, st.sampled_from(WHERES),
    st.booleans(), texts, st.lists(words, max_size=3).map(tuple), st.sampled_from(HIDDEN_BY),
    st.none() | st.tuples(offsets, offsets), st.none() | texts,
)  # fmt: skip
damage = st.builds(Damage, offsets, offsets, st.just("gb18030"), st.just("cp1252"), texts, offsets)
results = st.builds(
    Result,
    score=probabilities,
    verdict=st.sampled_from(("spam", "ham")),
    threshold=st.floats(0, 1),
    scores=st.fixed_dictionaries({kind: probabilities for kind in KINDS}),
    spans=st.lists(spans, max_size=3).map(tuple),
    length=offsets,
    replaced=offsets,
    html=st.booleans(),
    encoding=st.none() | st.just("gb18030"),
    truncated=st.lists(st.sampled_from(("max_bytes", "max_links")), max_size=2).map(tuple),
    model=texts,
    url=st.none() | texts,
    error=st.none() | texts,
    damage=st.lists(damage, max_size=2).map(tuple),
)


def through_json(row: dict[str, Any]) -> dict[str, Any]:
    """Return ``row`` as JSON gives it back."""
    again: dict[str, Any] = json.loads(json.dumps(row, allow_nan=False))
    return again


@given(results)
def test_a_result_comes_back_from_json(result: Result) -> None:
    assert Result.from_dict(through_json(result.to_dict())) == result


@given(spans)
def test_a_span_comes_back_from_json(span: Span) -> None:
    assert Span.from_dict(through_json(span.to_dict())) == span


def test_a_result_of_an_earlier_version_has_nothing_replaced() -> None:
    result = Result(0.0, "ham", 0.5, dict.fromkeys(KINDS, 0.0), (), 3, replaced=2)
    row = result.to_dict()
    assert row.pop("replaced") == 2
    assert Result.from_dict(row) == replace(result, replaced=0)


def test_a_result_of_an_earlier_version_tells_of_no_damage() -> None:
    whole = Damage(0, 4, "gb18030", "cp1252", "澳门", 2)
    result = Result(0.0, "ham", 0.5, dict.fromkeys(KINDS, 0.0), (), 9, damage=(whole,))
    assert result.judged_length == 7
    row = result.to_dict()
    assert row.pop("damage") == [
        {"start": 0, "end": 4, "written": "gb18030", "shown": "cp1252", "text": "澳门", "length": 2}
    ]
    assert Result.from_dict(row) == replace(result, damage=())


def test_a_span_of_an_earlier_version_says_no_trick() -> None:
    span = Span("injection", 0, 1, "a", 0.5, "link", False, "p", (), "display")
    row = span.to_dict()
    assert row["hidden_by"] == "display"
    del row["hidden_by"]
    assert Span.from_dict(row) == replace(span, hidden_by="")


@given(st.floats(0, 1))
def test_probabilities_are_rounded_to_six_digits(score: float) -> None:
    row = Span("injection", 0, 1, "a", score).to_dict()
    assert row["score"] == pytest.approx(score, abs=5.1e-7)
    assert len(f"{row['score']:.9f}".rstrip("0")) <= len("0.123456")


def test_only_what_is_known_is_written() -> None:
    assert Word(1, 2, "壹").to_dict() == {"start": 1, "end": 2, "text": "壹"}
    assert Word(1, 2, "壹", "一").to_dict()["likely"] == "一"
    span = Span("garbled", 0, 4, "嘚鉯壹個", 0.5)
    assert "words" not in span.to_dict()
    with_words = Span("garbled", 0, 4, "嘚鉯壹個", 0.5, words=(Word(2, 4, "壹個", "一個"),))
    assert "repaired" not in span.to_dict()
    assert replace(span, repaired="澳门").to_dict()["repaired"] == "澳门"
    assert with_words.to_dict()["words"] == [
        {"start": 2, "end": 4, "text": "壹個", "likely": "一個"}
    ]


def test_the_fields_of_a_result_are_a_contract() -> None:
    result = Result(0.0, "ham", 0.5, dict.fromkeys(KINDS, 0.0), (), 0)
    assert list(result.to_dict()) == [
        "url", "score", "verdict", "threshold", "scores", "spans", "link_blocks", "damage",
            "texture",
        "length", "replaced", "html", "encoding", "truncated", "model", "error",
    ]  # fmt: skip
    block = LinkBlock(0, 1, 0.5, "ul", "", (Link("a", "b.example"),))
    assert list(block.to_dict()) == ["start", "end", "score", "path", "hidden_by", "links"]
    assert list(Span("garbled", 0, 1, "a", 0.5).to_dict()) == [
        "kind", "start", "end", "text", "score", "where", "visible", "hidden_by", "path",
    ]  # fmt: skip


def test_results_cannot_be_changed() -> None:
    result = Result(0.0, "ham", 0.5, dict.fromkeys(KINDS, 0.0), (), 0)
    with pytest.raises(FrozenInstanceError):
        result.score = 1.0  # type: ignore[misc]
