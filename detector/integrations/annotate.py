"""Judgements as columns: for ``datasets.Dataset.map``, Ray Data, pandas, any dictionary of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from detector.errors import InputError
from detector.result import KINDS, Result
from detector.scoring import Detector

__all__ = ["Annotate", "annotation"]


def annotation(result: Result) -> dict[str, Any]:
    """Return what a result says, as the fields that all integrations add: ``detector_...``.

    ``detector_spans`` are dictionaries (:meth:`detector.Span.to_dict`, without ``words``) whose
    ``start`` and ``end`` are code points, half-open, into the page's text.
    """
    judged = result.to_dict()
    spans = [{k: v for k, v in span.items() if k != "words"} for span in judged["spans"]]
    return {
        "detector_score": judged["score"],
        "detector_verdict": judged["verdict"],
        **{f"detector_{kind}": judged["scores"][kind] for kind in KINDS},
        "detector_spans": spans,
    }


class Annotate:
    """A function of a batch of rows that adds judgements. Cheap to pickle.

    ``dataset.map(Annotate("text"), batched=True)`` with Hugging Face Datasets,
    ``dataset.map_batches(Annotate("text"))`` with Ray Data. ``page`` names the column with HTML or
    text. A page that is null gets nulls.
    """

    def __init__(self, page: str = "text", detector: Detector | None = None) -> None:
        self.page = page
        self.detector = detector or Detector.load()

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of ``batch``, lists or arrays, and those of :func:`annotation`.

        Raises KeyError where it lacks the column ``page``, :class:`InputError` for a single row.
        """
        if self.page not in batch:
            raise KeyError(f"no column {self.page!r}, has {', '.join(batch)}")
        pages = batch[self.page]
        if isinstance(pages, (str, bytes)):
            raise InputError(f"{self.page!r} is one page, not a column: use map with batched=True")
        if hasattr(pages, "to_pylist"):  # the scalars of Arrow are no text
            pages = pages.to_pylist()
        added = self.annotations(pages)
        names = added[0] if added else annotation(self.detector.score(""))
        return {**batch, **{name: [row[name] for row in added] for name in names}}

    def annotations(self, pages: Iterable[Any]) -> list[dict[str, Any]]:
        """Return the annotation of each page, of nulls where it is None or cannot be scored."""
        pages = list(pages)
        results = self.detector.score_many("" if page is None else page for page in pages)
        rows = []
        for page, result in zip(pages, results, strict=True):
            row = annotation(result)
            if page is None or result.error:
                row = {**dict.fromkeys(row), "detector_spans": []}
            rows.append(row)
        return rows
