"""Result, Span, Word and Damage: what scoring found, as plain values that go to JSON and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from detector.page import HiddenBy, Where

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

    from detector.config import Config
    from detector.scoring import Detector
    from detector.strip import Stripped

__all__ = [
    "KINDS",
    "MIN_STRIP_SCORE",
    "Damage",
    "Kind",
    "Link",
    "LinkBlock",
    "Result",
    "Span",
    "Texture",
    "Verdict",
    "Word",
]

Kind = Literal["injection", "garbled"]
Verdict = Literal["spam", "ham"]
AnyPage = TypeVar("AnyPage", bytes, str, "BeautifulSoup")
KINDS: tuple[Kind, Kind] = ("injection", "garbled")
MIN_STRIP_SCORE = 0.5
"""The score from which a finding is struck: an editor would rather strike it than not."""


@dataclass(frozen=True, slots=True)
class Word:
    """A garbled word inside a garbled passage.

    ``start`` and ``end`` are code points, half-open, into ``Page.text``; ``likely`` is the
    probable original, or None where the model does not know one.
    """

    start: int
    end: int
    text: str
    likely: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; ``likely`` only where known."""
        row: dict[str, Any] = {"start": self.start, "end": self.end, "text": self.text}
        if self.likely is not None:
            row["likely"] = self.likely
        return row


@dataclass(frozen=True, slots=True)
class Span:
    """One finding.

    ``start`` and ``end`` are code points, half-open, into ``Page.text``, and ``text`` is what
    stands there. ``score`` is the calibrated probability that an editor would strike it.
    ``where``, ``visible`` and ``hidden_by`` (by which trick it is hidden, "" where it is not:
    :data:`detector.page.HiddenBy`) are those of the segment that holds most of it; ``path`` is the
    CSS path of that segment's element ("" in plain text). ``words`` are the garbled words of a
    garbled passage. ``repaired`` is what a finding in :class:`Damage` says, None elsewhere.
    ``source``, where it was asked for and is certain, is the half-open range of
    the finding in what was scored: bytes of ``bytes``, code points of a ``str``.
    """

    kind: Kind
    start: int
    end: int
    text: str
    score: float
    where: Where = "body"
    visible: bool = True
    path: str = ""
    words: tuple[Word, ...] = ()
    hidden_by: HiddenBy = ""
    source: tuple[int, int] | None = None
    repaired: str | None = None

    @property
    def read(self) -> str:
        """What was judged: ``repaired`` where the finding is in damage, else ``text``."""
        return self.text if self.repaired is None else self.repaired

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary.

        ``words``, ``source`` and ``repaired`` are in it only where there are any.
        """
        row: dict[str, Any] = {
            "kind": self.kind,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "score": round(self.score, 6),
            "where": self.where,
            "visible": self.visible,
            "hidden_by": self.hidden_by,
            "path": self.path,
        }
        if self.words:
            row["words"] = [word.to_dict() for word in self.words]
        if self.source is not None:
            row["source"] = list(self.source)
        if self.repaired is not None:
            row["repaired"] = self.repaired
        return row

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Span:
        """Return the span that :meth:`to_dict` described, of this version or an earlier one."""
        source = row.get("source")
        return cls(
            **{
                **row,
                "words": tuple(Word(**word) for word in row.get("words", ())),
                "source": None if source is None else (source[0], source[1]),
            }
        )


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a block: its words, and where it leads (host and path) as the page was read.

    ``target`` is "" for a link to what an earlier one led to, which is read once.
    """

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class LinkBlock:
    """Links that stand together and are injections: one finding, besides the spans in it.

    ``start`` and ``end`` are code points, half-open, into ``Page.text``, from the first finding to
    the last; ``score`` is that of the likeliest, ``hidden_by`` the trick that hides most of them.
    ``path`` is the CSS path of the element that holds the block.
    """

    start: int
    end: int
    score: float
    path: str
    hidden_by: HiddenBy
    links: tuple[Link, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "start": self.start,
            "end": self.end,
            "score": round(self.score, 6),
            "path": self.path,
            "hidden_by": self.hidden_by,
            "links": [{"text": link.text, "target": link.target} for link in self.links],
        }

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> LinkBlock:
        """Return the block that :meth:`to_dict` described."""
        return cls(**{**row, "links": tuple(Link(**link) for link in row["links"])})


@dataclass(frozen=True, slots=True)
class Damage:
    """Text in a wrong encoding, which was judged as what it says once repaired.

    ``start`` and ``end`` are code points, half-open, into ``Page.text``. It was written in the
    encoding ``written``, and read in ``shown`` (names of Python's codecs) before it came here;
    ``cp1252 twice`` and ``gb18030 misaligned`` are :data:`~detector.mojibake.TWICE` and
    :data:`~detector.mojibake.MISALIGNED`. ``text`` is what it says, up to
    :data:`detector.damage.MOST_TEXT` of its ``length`` code points, with U+FFFD for what is lost.
    Where too much is lost to say what it was, both encodings are "", and ``text`` is as shown.
    """

    start: int
    end: int
    written: str
    shown: str
    text: str
    length: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Texture:
    """How garbled a page looks, by the log-odds of its characters, besides what is found on it.

    ``top`` is the average of the forty that look most garbled (-8 where there are none); ``odd``
    characters have more than -2, and ``bold`` ones more than 0. ``particles`` of the ``han``
    characters are the commonest function words of modern Chinese (的, 了, 是), which verse,
    classical prose and lists do without, and machines leave alone. ``running_size`` characters of
    the body are in blocks of at least forty, as sentences are: ``running_top`` is the average of
    the twenty of these that look most garbled, each counted once however often it is there. (A
    technical term looks odd in every sentence, a machine garbles many words.) ``usual`` is the
    average of the Han characters before what stands around them is asked, ``tenth`` what one in
    ten of them reaches.
    """

    top: float = -8.0
    odd: int = 0
    bold: int = 0
    han: int = 0
    particles: int = 0
    running_size: int = 0
    running_top: float = -8.0
    usual: float = -8.0
    tenth: float = -8.0

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Result:
    """The judgement of one page.

    ``score`` (0-1) says how surely the page carries search-engine spam; it
    follows from ``spans``, ``judged_length``, ``texture`` and ``html`` alone
    (:func:`detector.page_score.page_scores`), and ``scores`` has it by kind. ``verdict`` compares
    ``score`` with ``threshold``. ``length`` is the number of code points of ``Page.text``,
    ``replaced`` how many of them are U+FFFD: what stands for bytes that no character has in the
    encoding of the page. ``truncated`` names the limits of
    :class:`detector.Config` that cut something, or ``"binary"`` for bytes that are no text.
    ``model`` is the version of the model. ``link_blocks`` are the blocks of links among the spans.
    ``damage`` is what came in a wrong encoding, in order; it is no finding, and what is found in it
    is told by what it says.
    """

    score: float
    verdict: Verdict
    threshold: float
    scores: dict[Kind, float]
    spans: tuple[Span, ...]
    length: int
    html: bool = False
    encoding: str | None = None
    truncated: tuple[str, ...] = ()
    model: str = ""
    url: str | None = None
    error: str | None = field(default=None)
    """Why the page could not be scored (only from ``score_many``); None when it was."""
    replaced: int = 0
    link_blocks: tuple[LinkBlock, ...] = ()
    damage: tuple[Damage, ...] = ()
    texture: Texture = Texture()

    @property
    def judged_length(self) -> int:
        """The number of code points of the page with its damage repaired."""
        return self.length - sum(each.end - each.start - each.length for each in self.damage)

    def strip(
        self,
        page: AnyPage,
        *,
        detector: Detector | None = None,
        mark: bool = False,
        min_score: float = MIN_STRIP_SCORE,
        kind: Kind | None = None,
        any_verdict: bool = False,
        content_type: str | None = None,
        config: Config | None = None,
    ) -> Stripped[AnyPage]:
        """Return ``page``, of which this is the judgement, without its findings.

        See :func:`detector.strip.strip` for the options. With ``detector``, what is left is
        scored again. Raises :class:`InputError` where this is the judgement of another page.
        """
        from detector.strip import strip

        return strip(
            page, self, detector=detector, mark=mark, min_score=min_score, kind=kind,
            any_verdict=any_verdict, content_type=content_type, config=config,
        )  # fmt: skip

    def of_kind(self, kind: Kind) -> Result:
        """Return this result as if findings of ``kind`` were the only ones."""
        score = self.scores[kind]
        return replace(
            self,
            score=score,
            verdict="spam" if score >= self.threshold else "ham",
            spans=tuple(span for span in self.spans if span.kind == kind),
            link_blocks=self.link_blocks if kind == "injection" else (),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary (probabilities rounded to six digits)."""
        return {
            "url": self.url,
            "score": round(self.score, 6),
            "verdict": self.verdict,
            "threshold": self.threshold,
            "scores": {kind: round(score, 6) for kind, score in self.scores.items()},
            "spans": [span.to_dict() for span in self.spans],
            "link_blocks": [block.to_dict() for block in self.link_blocks],
            "damage": [each.to_dict() for each in self.damage],
            "texture": self.texture.to_dict(),
            "length": self.length,
            "replaced": self.replaced,
            "html": self.html,
            "encoding": self.encoding,
            "truncated": list(self.truncated),
            "model": self.model,
            "error": self.error,
        }

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Result:
        """Return the result that :meth:`to_dict` described."""
        return cls(
            **{
                **row,
                "spans": tuple(Span.from_dict(span) for span in row["spans"]),
                "truncated": tuple(row["truncated"]),
                "link_blocks": tuple(map(LinkBlock.from_dict, row.get("link_blocks", ()))),
                "damage": tuple(Damage(**each) for each in row.get("damage", ())),
                "texture": Texture(**row.get("texture", {})),
            }
        )
