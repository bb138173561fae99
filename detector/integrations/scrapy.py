"""Scrapy: an item pipeline that annotates, drops or strips poisoned pages.

``ITEM_PIPELINES = {"detector.integrations.scrapy.DetectorPipeline": 300}`` and these settings:

- ``DETECTOR_ACTION``: ``annotate`` (default) puts :meth:`detector.Result.to_dict` into the item's
  field ``detector``; ``drop`` also drops items judged spam; ``strip`` also takes the findings out
  of the page of items judged spam.
- ``DETECTOR_PAGE_FIELD`` (``html``), ``DETECTOR_URL_FIELD`` (``url``): where items hold these. A
  field ``content_type``, where there is one, is the HTTP header's value.
- ``DETECTOR_THRESHOLD`` (of the model), ``DETECTOR_MODEL`` (the shipped one), ``DETECTOR_ENABLED``.

Counted in the stats are ``detector/pages``, ``detector/spam``, ``detector/spam/KIND`` by the kind
that weighs more, ``detector/dropped``, ``detector/stripped``, ``detector/kept_findings`` (that
could not be stripped), ``detector/no_page`` (items without a page, which pass).
"""

from __future__ import annotations

from typing import Any

from detector.optional import needs
from detector.report import printable
from detector.result import Result
from detector.scoring import Detector

with needs("scrapy"):
    from itemadapter import ItemAdapter
    from scrapy.exceptions import DropItem, NotConfigured

__all__ = ["DetectorPipeline"]

ACTIONS = ("annotate", "drop", "strip")


class DetectorPipeline:
    """See the module's documentation."""

    def __init__(
        self,
        detector: Detector,
        action: str = "annotate",
        page_field: str = "html",
        url_field: str = "url",
        stats: Any = None,
    ) -> None:
        if action not in ACTIONS:
            raise ValueError(f"DETECTOR_ACTION is {action!r}; choose one of {', '.join(ACTIONS)}")
        self.detector = detector
        self.action = action
        self.page_field = page_field
        self.url_field = url_field
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Any) -> DetectorPipeline:
        """Return a pipeline as the settings want it. Raises NotConfigured where they do not."""
        settings = crawler.settings
        if not settings.getbool("DETECTOR_ENABLED", True):
            raise NotConfigured("DETECTOR_ENABLED is false")
        threshold = settings.get("DETECTOR_THRESHOLD")
        return cls(
            Detector.load(
                settings.get("DETECTOR_MODEL"),
                threshold=None if threshold is None else float(threshold),
            ),
            settings.get("DETECTOR_ACTION", "annotate"),
            settings.get("DETECTOR_PAGE_FIELD", "html"),
            settings.get("DETECTOR_URL_FIELD", "url"),
            crawler.stats,
        )

    def process_item(self, item: Any, spider: Any = None) -> Any:
        """Judge the page of ``item``, which is changed in place. Raises DropItem."""
        fields = ItemAdapter(item)
        page, content_type = fields.get(self.page_field), fields.get("content_type")
        if not page:
            self._count("no_page")
            return item
        url = fields.get(self.url_field)
        result = self.detector.score(page, url=url, content_type=content_type)
        self._count("pages")
        fields["detector"] = result.to_dict()
        if result.verdict != "spam":
            return item
        kind = max(result.scores, key=lambda name: result.scores[name])
        self._count("spam")
        self._count(f"spam/{kind}")
        if self.action == "drop":
            self._count("dropped")
            raise DropItem(f"{kind} {result.scores[kind]:.3f} in {printable(str(url))}")
        if self.action == "strip":
            self._strip(fields, result, page, content_type)
        return item

    def _strip(
        self, fields: ItemAdapter, result: Result, page: Any, content_type: str | None
    ) -> None:
        stripped = result.strip(page, detector=self.detector, content_type=content_type)
        fields[self.page_field] = stripped.page
        self._count("stripped", int(stripped.changed))
        self._count("kept_findings", len(stripped.kept))

    def _count(self, name: str, count: int = 1) -> None:
        if self.stats is not None and count:
            self.stats.inc_value(f"detector/{name}", count)
