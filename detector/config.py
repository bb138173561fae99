"""Every limit and option of scoring, in one frozen place."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_CONFIG", "Config"]


@dataclass(frozen=True, slots=True)
class Config:
    """Limits that keep a hostile page cheap. What a limit cuts is named in ``Result.truncated``.

    Raising a limit costs time and memory in proportion; lowering one may hide spam that sits
    behind it, because a spammer can put megabytes of filler in front.
    """

    max_bytes: int = 8_000_000
    """Bytes (or characters of a ``str``) read from the front of a page. Risk when low: link
    blocks appended after a long page are not seen."""

    max_record: int = 64_000_000
    """Bytes of one line of JSON Lines. The page in it is cut at ``max_bytes``; a longer line is not
    read at all, which its row says."""

    max_nodes: int = 200_000
    """Nodes of the document visited, in document order; of its source, twice as many tags are
    parsed. Risk when low: what is appended to a long list or table is not seen."""

    max_attributes: int = 128
    """Attributes of one tag. A parser compares each with all others of its tag. Risk when low:
    words in ``alt`` or ``title`` behind so many others, on the one tag, are not seen."""

    max_names: int = 10_000
    """Different names of elements, and as many of attributes. A parser's time grows with the square
    of these. Risk when low: as with ``max_attributes``; CSS paths name elements otherwise."""

    max_depth: int = 512
    """Open elements, as many as Chromium keeps, but for those whose end tags may be left out; the
    text of deeper ones counts as that of the element above. A parser's time grows with the square
    of the depth. CSS paths of a page that was cut are those of what is left. Risk when low: what
    an element hides that was cut counts as visible."""

    max_characters: int = 1_000_000
    """Code points of extracted text. Scoring costs time in proportion to these."""

    max_segments: int = 50_000
    """Text runs, attribute values, link targets."""

    max_links: int = 5_000
    """Link targets read as text."""

    max_value: int = 1_000
    """Code points of one attribute value or link target; the rest of the value is not read. Of
    markup in comments, templates, frames and the like, twenty times as many are."""

    max_script: int = 200_000
    """Code points of script source searched for string literals, summed over a page."""

    max_style: int = 100_000
    """Code points of ``<style>`` elements read, summed over a page. What the rest would hide counts
    as visible."""

    max_rules: int = 500
    """Selectors of style sheets that are looked up in the document: those of rules that hide
    something, and of rules that could show it again. Fewer in a document of more than some ten
    thousand elements where they are long, or for many elements."""

    max_spans: int = 1_000
    """Findings reported, best first."""

    max_compared: int = 500_000_000
    """Characters of a source compared to find the places of findings, where these are asked for:
    about half a second. Risk when low: of findings that the source has many beginnings of, or many
    character references before, the last have no place."""

    min_span_score: float = 0.03
    """Findings less probable than this are dropped, and then say nothing in the page score."""

    likely_span_score: float = 0.3
    """Findings less probable than this are doubts."""

    max_doubts: int = 3
    """Doubts kept on a page of each kind, best first. They tell apart pages that have nothing
    better, and each costs time. The page score of the shipped model is fitted to these three."""

    batch_characters: int = 96_000
    """Code points, breaks between pages included, from which ``score_many`` scores what it has
    read. Cuts nothing. Low, short pages cost as much as they do alone; high, arrays leave the
    processor's cache and results come late."""

    batch_source: int = 2_000_000
    """Bytes or characters of source from which it does so as well: pages of markup with little text
    in it are not to be read for long before a result comes."""


DEFAULT_CONFIG = Config()
