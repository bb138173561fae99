"""Adapters to crawlers and data tools, each with the tool itself where the tests have it."""

from __future__ import annotations

import gzip
import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from crawls import HAM, SPAM
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from detector import Detector
from detector.errors import InputError
from detector.integrations.annotate import Annotate
from detector.integrations.datatrove import DetectorFilter
from detector.integrations.dolma import write_attributes
from detector.integrations.spark import ScanBatches
from detector.records import Fields

PHRASE = "开云体育官网入口"
GARBLED = "今天嘚鉯嘚鉯天气"


def test_annotate_lists_and_is_pickled_small(small_folder: Path) -> None:
    annotate = pickle.loads(pickle.dumps(Annotate("html", Detector.load(small_folder))))
    assert len(pickle.dumps(annotate)) < 2_000
    batch = {"html": [SPAM, HAM, None, GARBLED, 5], "id": [1, 2, 3, 4, 5]}
    found = annotate(batch)
    assert found["id"] == batch["id"]
    assert found["detector_verdict"] == ["spam", "ham", None, "spam", None]
    assert found["detector_score"][2:] == [None, found["detector_garbled"][3], None]
    assert [[span["text"] for span in spans] for spans in found["detector_spans"]] == [
        [PHRASE], [], [], ["嘚鉯嘚鉯"], [],
    ]  # fmt: skip
    assert pa.table({name: found[name] for name in found if name != "html"}).num_rows == 5


def test_annotate_takes_columns_of_arrow_and_no_single_row(small: Detector) -> None:
    annotate = Annotate("html", small)
    pages = [SPAM, HAM, None]
    assert annotate({"html": pa.array(pages)})["detector_verdict"] == ["spam", "ham", None]
    for row in ({"html": SPAM}, {"html": SPAM.encode()}):
        with pytest.raises(InputError, match="batched=True"):
            annotate(row)


def test_annotate_an_empty_batch_and_a_missing_column(small: Detector) -> None:
    annotate = Annotate("text", small)
    assert set(annotate({"text": []})) == {
        "text", "detector_score", "detector_verdict", "detector_injection", "detector_garbled",
        "detector_spans",
    }  # fmt: skip
    with pytest.raises(KeyError, match="no column 'text', has html"):
        annotate({"html": []})


def test_spark_batches(small: Detector, small_folder: Path) -> None:
    scan = ScanBatches(Detector.load(small_folder), Fields("page"), {"id": "bigint"})
    assert len(pickle.dumps(scan)) < 2_000
    rows = [
        {"id": n, "page": page, "url": f"http://a.b/{n}", "date": None}
        for n, page in enumerate([SPAM.encode(), HAM.encode(), None] * 50)
    ]
    schema = pa.schema(
        {"id": pa.int64(), "page": pa.binary(), "url": pa.string(), "date": pa.timestamp("us")}
    )
    batch = pa.RecordBatch.from_pylist(rows, schema)
    first, empty = scan(iter([batch, batch.slice(0, 0)]))
    assert first.schema == empty.schema
    assert empty.num_rows == 0
    found = first.to_pylist()
    assert [row["id"] for row in found] == list(range(150))
    assert [row["verdict"] for row in found] == ["spam", "ham", None] * 50
    assert found[0]["spans"][0]["text"] == PHRASE
    assert found[0]["host"] == "a.b"
    assert found[2]["error"] == "the field 'page' is empty"
    names = [column.split("`")[1] for column in scan.schema().split(", `") if "`" in column]
    assert first.schema.names == ["id", *(n for n in first.schema.names if n != "id")]
    assert names
    assert scan.schema().startswith("`id` bigint, `url` string, `host` string, `date` string, ")
    assert "`spans` array<struct<`kind`: string, `start`: bigint" in scan.schema()


def documents(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write Dolma or datatrove documents."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("suffix", ["jsonl", "json.gz"])
def test_dolma_attributes(suffix: str, small: Detector, tmp_path: Path) -> None:
    texts = [f"今天{PHRASE}雨", "今天下午有雨", f"<p>{GARBLED}", ""]
    rows = [{"id": f"d{n}", "text": text, "source": "x"} for n, text in enumerate(texts)]
    given = documents(tmp_path / f"a.{suffix}", rows)
    target = tmp_path / "attributes" / f"a.{suffix}"
    assert write_attributes(given, target, small) == 4
    data = target.read_bytes()
    text = (gzip.decompress(data) if suffix.endswith("gz") else data).decode()
    found = [json.loads(line) for line in text.splitlines()]
    assert [row["id"] for row in found] == ["d0", "d1", "d2", "d3"]
    ((start, end, score),) = found[0]["attributes"]["detector__injection"]
    assert texts[0][start:end] == PHRASE
    assert found[0]["attributes"]["detector__score"] == [[0, len(texts[0]), score]]
    ((start, end, _),) = found[2]["attributes"]["detector__garbled"]
    assert texts[2][start:end] == "嘚鉯嘚鉯"  # the text as it stands, not as HTML
    assert found[1]["attributes"]["detector__injection"] == []
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    ("line", "told"),
    [("{", "line 2 is not JSON"), ('{"id": "x"}', "line 2 is no document"), ("[]", "line 2")],
)
def test_dolma_documents_that_are_none(
    line: str, told: str, small: Detector, tmp_path: Path
) -> None:
    given = tmp_path / "a.jsonl"
    given.write_text('{"id": "x", "text": "y"}\n' + line, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        write_attributes(given, tmp_path / "out" / "a.jsonl", small)
    assert list((tmp_path / "out").iterdir()) == []


def test_datatrove(small_folder: Path, tmp_path: Path) -> None:
    texts = [f"今天{PHRASE}雨", "今天下午有雨", GARBLED]
    rows = [{"id": f"d{n}", "text": text} for n, text in enumerate(texts)]
    (tmp_path / "in").mkdir()
    documents(tmp_path / "in" / "a.jsonl", rows)
    detector = Detector.load(small_folder)
    executor = LocalPipelineExecutor(
        pipeline=[
            JsonlReader(str(tmp_path / "in")),
            DetectorFilter(
                detector, exclusion_writer=JsonlWriter(str(tmp_path / "out"), compression=None)
            ),
            JsonlWriter(str(tmp_path / "kept"), compression=None),
        ],
        logging_dir=str(tmp_path / "logs"),
    )
    stats = executor.run().stats[1].stats
    assert stats["dropped_injection"].total == stats["dropped_garbled"].total == 1

    def read(folder: str) -> list[dict[str, Any]]:
        (path,) = (tmp_path / folder).iterdir()
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    (kept,) = read("kept")
    assert (kept["id"], kept["metadata"]["detector_verdict"]) == ("d1", "ham")
    injected, garbled = read("out")
    assert [row["metadata"]["filter_reason"] for row in (injected, garbled)] == [
        "injection", "garbled",
    ]  # fmt: skip
    (span,) = injected["metadata"]["detector_spans"]
    assert texts[0][span["start"] : span["end"]] == span["text"] == PHRASE


def test_datatrove_that_only_annotates(small: Detector) -> None:
    document = Document(text=f"今天{PHRASE}", id="x")
    assert DetectorFilter(small, drop=False).filter(document) is True
    assert document.metadata["detector_verdict"] == "spam"


SPIDER = """
import json, sys
import scrapy
from scrapy.crawler import CrawlerProcess

class Spider(scrapy.Spider):
    name = "spider"
    start_urls = json.loads(sys.argv[1])
    def parse(self, response):
        item = {"url": response.url, "html": response.body,
                "content_type": response.headers["Content-Type"].decode()}
        yield {"url": response.url} if "bare" in response.url else item

settings = json.loads(sys.argv[2])
process = CrawlerProcess({
    "ITEM_PIPELINES": {"detector.integrations.scrapy.DetectorPipeline": 300},
    "FEEDS": {sys.argv[3]: {"format": "pickle"}}, "LOG_LEVEL": "WARNING",
    "TELNETCONSOLE_ENABLED": False, "REQUEST_FINGERPRINTER_IMPLEMENTATION": None, **settings})
crawler = process.create_crawler(Spider)
process.crawl(crawler)
process.start()
stats = crawler.stats.get_stats()
print(json.dumps({name: stats[name] for name in stats
                  if name.startswith("detector/") or name == "item_dropped_count"}))
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Yield the address of a site on this machine."""
    pages = {
        "/spam": ("text/html; charset=utf-8", SPAM.encode()),
        "/ham": ("text/html; charset=big5", "<p>今天下午有雨".encode("big5")),
        "/garbled": ("text/plain; charset=utf-8", GARBLED.encode()),
        "/bare": ("text/html", b"x"),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content_type, body = pages[self.path]
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def crawl(
    address: str, model: Path, target: Path, **settings: object
) -> tuple[dict[str, dict[str, Any]], dict[str, int], str]:
    """Crawl the site in a process of its own; return items by path, stats, and what it logs."""
    urls = [f"{address}/{name}" for name in ("spam", "ham", "garbled", "bare")]
    wanted = {"DETECTOR_MODEL": str(model), **settings}
    done = subprocess.run(
        [sys.executable, "-c", SPIDER, json.dumps(urls), json.dumps(wanted), str(target)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    items = {}
    with target.open("rb") as stream:
        while True:
            try:
                item = pickle.load(stream)
            except EOFError:
                break
            items[item["url"].rpartition("/")[2]] = item
    return items, json.loads(done.stdout), done.stderr


def test_scrapy_annotates(address: str, small_folder: Path, tmp_path: Path) -> None:
    items, stats, _ = crawl(address, small_folder, tmp_path / "items")
    assert sorted(items) == ["bare", "garbled", "ham", "spam"]
    verdicts = {name: item.get("detector", {}).get("verdict") for name, item in items.items()}
    assert verdicts == {"spam": "spam", "ham": "ham", "garbled": "spam", "bare": None}
    assert items["spam"]["detector"]["url"] == f"{address}/spam"
    assert items["ham"]["detector"]["encoding"] == "big5hkscs"
    assert items["garbled"]["detector"]["html"] is False
    assert stats == {
        "detector/pages": 3, "detector/spam": 2, "detector/spam/injection": 1,
        "detector/spam/garbled": 1, "detector/no_page": 1,
    }  # fmt: skip


def test_scrapy_drops(address: str, small_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "items"
    items, stats, log = crawl(address, small_folder, target, DETECTOR_ACTION="drop")
    assert sorted(items) == ["bare", "ham"]
    assert stats["detector/dropped"] == stats["item_dropped_count"] == 2
    assert f"in {address}/spam" in log


def test_scrapy_strips(address: str, small_folder: Path, tmp_path: Path) -> None:
    items, stats, _ = crawl(address, small_folder, tmp_path / "items", DETECTOR_ACTION="strip")
    assert PHRASE.encode() not in items["spam"]["html"]
    assert "今天下午有雨".encode() in items["spam"]["html"]
    assert items["ham"]["html"] == "<p>今天下午有雨".encode("big5")
    assert stats["detector/stripped"] == 2


def test_scrapy_threshold_and_switch(address: str, small_folder: Path, tmp_path: Path) -> None:
    _, stats, _ = crawl(address, small_folder, tmp_path / "a", DETECTOR_THRESHOLD="1.0")
    assert "detector/spam" not in stats
    items, stats, _ = crawl(address, small_folder, tmp_path / "b", DETECTOR_ENABLED=False)
    assert stats == {}
    assert "detector" not in items["spam"]


def test_scrapy_action_that_is_none(small: Detector) -> None:
    from detector.integrations.scrapy import DetectorPipeline

    with pytest.raises(ValueError, match="choose one of annotate, drop, strip"):
        DetectorPipeline(small, "delete")


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [("scrapy", "scrapy", "scrapy"), ("datatrove", "datatrove", "datatrove"),
     ("spark", "pyarrow", "spark")],
)  # fmt: skip
def test_a_tool_that_is_not_installed_is_named(module: str, package: str, extra: str) -> None:
    code = (
        f"import sys; sys.modules['{package}'] = None\n"
        f"try: import detector.integrations.{module}\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"pip install 'seo-injection-detector[{extra}]'" in done.stdout
