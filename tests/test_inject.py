"""The generators of injections and of honest look-alikes."""

from __future__ import annotations

import copy
import random
import re
import unicodedata
from dataclasses import fields

import pytest

from detector.training import honest, names, phrases
from detector.training.drafts import Draft, Link
from detector.training.grammar import Grammar, grammar
from detector.training.inject import PLACEMENTS, inject
from detector.training.lexicons import DEFAULT_FOLDER, in_split, lexicons
from detector.training.marks import CLOSE, OPEN, mark, remove_marks, unmark
from detector.training.place_markup import HIDING
from detector.training.placing import insert

MARKS = re.compile("[\ue000-\ue003]")


def a_draft(lang: str = "zh-Hans") -> Draft:
    if lang.startswith("zh"):
        site, head = "东江教育学院", "教育学院举办春季运动会，三百名研究生参加"
        paragraphs = [
            "昨日上午，教育学院春季运动会在北操场开幕，来自各系的运动员参加了比赛。",
            "图书馆的老师说，往年的雨水多，今年的天气倒是很好；大家轻易地跑完了全程。",
        ]
    else:
        site, head = "River Museum", "The museum opens its north wing"
        paragraphs = [
            "The museum opened its north wing on Friday. Visitors walked through four new rooms.",
            "A lecture on river boats follows next week, the director told a small audience.",
        ]
    return Draft(
        source="test",
        lang=lang,
        title=f"{head} - {site}",
        site=site,
        headline=head,
        paragraphs=paragraphs,
        byline="2021-05-06",
        breadcrumb=["A", "B"],
        related=[Link("C", "/c.html")],
        footer=[site],
        alts=["D"],
    )


def strings(draft: Draft) -> list[str]:
    """Every string of the draft, in field order."""
    found: list[str] = []
    for item in fields(draft):
        value = getattr(draft, item.name)
        for part in value if isinstance(value, list) else [value]:
            found.extend((part.text, part.href) if isinstance(part, Link) else [part])
    return found


def balanced(text: str) -> bool:
    """Whether marks open and close in turn, without one kind inside itself."""
    opened: set[str] = set()
    for sign in MARKS.findall(text):
        kind = "injection" if sign in (OPEN["injection"], CLOSE["injection"]) else "garbled"
        if sign == OPEN[kind]:
            if kind in opened:
                return False
            opened.add(kind)
        elif kind not in opened:
            return False
        else:
            opened.remove(kind)
    return not opened


@pytest.mark.parametrize("name", PLACEMENTS)
@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "id", "ja", "fr"])
def test_every_placement_marks_what_it_injects(name: str, lang: str) -> None:
    for seed in range(6):
        draft = a_draft(lang)
        PLACEMENTS[name](draft, random.Random(seed), "train")
        texts = strings(draft)
        assert all(balanced(text) for text in texts)
        assert any(unmark(text)[1] for text in texts)


@pytest.mark.parametrize(
    "name",
    ["headline", "headline_word", "opening", "before_punctuation", "word_split", "one_sentence"],
)
def test_the_carrier_survives_an_insertion(name: str) -> None:
    draft = a_draft()
    before = copy.deepcopy(draft)
    PLACEMENTS[name](draft, random.Random(3), "train")
    for old, new in zip(strings(before), strings(draft), strict=True):
        assert re.sub("\ue000[^\ue001]*\ue001", "", new) == old


def injections(draft: Draft) -> list[str]:
    """What is marked as an injection, place by place."""
    return re.findall("\ue000([^\ue001]*)\ue001", "\n".join(strings(draft)))


def test_a_phrase_in_a_headline_parts_a_word_of_the_text() -> None:
    for seed in range(20):
        draft = a_draft()
        PLACEMENTS["headline_word"](draft, random.Random(seed), "train")
        before, after = re.split("\ue000[^\ue001]*\ue001", draft.headline)
        assert before[-1] + after[0] in "".join(draft.paragraphs)


def test_a_cascade_has_many_spellings_of_one_name() -> None:
    spellings, places = [], []
    for seed in range(20):
        draft = a_draft()
        draft.paragraphs.append("校长、院长、主任、书记、教授、医生、记者、裁判到场，教练没有来。")
        PLACEMENTS["role_cascade"](draft, random.Random(seed), "train")
        found = injections(draft)
        spellings.append(len(set(found)))
        places.append(len(found))
    assert sum(count > 2 for count in spellings) > 12
    assert max(places) > 6


def test_a_line_stands_between_two_copies() -> None:
    for seed in range(20):
        draft = a_draft()
        old = draft.paragraphs[:]
        PLACEMENTS["between_copies"](draft, random.Random(seed), "train")
        at = next(i for i, text in enumerate(draft.paragraphs) if "\ue000" in text)
        assert draft.paragraphs[:at] == old[:at]
        assert draft.paragraphs[at + 1 :] == old


def test_an_affiliation_marks_the_name_and_the_gift() -> None:
    for seed in range(73, 113):
        draft = a_draft()
        PLACEMENTS["affiliation"](draft, random.Random(seed), "train")
        assert len(injections(draft)) in {1, 2}
        assert not re.search("[\x00\x01]", "".join(draft.paragraphs))
        assert remove_marks("".join(draft.paragraphs)) != "".join(a_draft().paragraphs)


def test_a_stamp_marks_the_name_alone() -> None:
    for seed in range(40):
        draft = a_draft()
        PLACEMENTS["stamped_lead"](draft, random.Random(seed), "train")
        assert len(set(injections(draft))) == 1
        assert draft.paragraphs[0].endswith(a_draft().paragraphs[0])
        assert "\x00" not in "".join(draft.paragraphs)


def test_essays_on_old_games_are_prose_with_a_few_marked_clauses() -> None:
    for seed in range(30):
        draft = a_draft()
        PLACEMENTS["server_essay"](draft, random.Random(seed), "train")
        text = "".join(draft.paragraphs)
        assert 1 <= text.count("\ue000") <= 4
        assert len(re.sub("\ue000[^\ue001]*\ue001", "", text)) > 40


def test_essays_made_for_a_search_word_mark_what_names_it() -> None:
    untitled = 0
    # Seeds whose campaign speaks Chinese: another one gives advice instead.
    for seed in range(73, 113):
        draft = a_draft()
        PLACEMENTS["keyword_essay"](draft, random.Random(seed), "train")
        text = "".join(draft.paragraphs)
        assert 1 <= text.count("\ue000") <= 4
        assert len(re.sub("\ue000[^\ue001]*\ue001", "", text)) > 40
        assert not draft.title or re.fullmatch("\ue000[^\ue001]*\ue001", draft.title)
        untitled += not draft.title
    assert 0 < untitled < 20


def test_every_kind_of_essay_has_enough_to_say() -> None:
    for split in ("train", "test"):
        voice = phrases.Phrases(random.Random(5), "zh-Hans", split)
        for topic in phrases.ESSAYS:
            assert voice.several(topic, 9), topic
            for part in ("name", "title", "turn"):
                text = voice.say(f"{topic}.{part}", {"tea.town": "临水"})
                assert text and not re.search(r"[{}\[\]\\]", text), (topic, part, text)


def test_settings_that_name_a_brand_mark_the_name_and_its_host() -> None:
    hosts = 0
    # Seeds whose campaign speaks Chinese.
    for seed in range(73, 113):
        draft = a_draft()
        PLACEMENTS["code_page"](draft, random.Random(seed), "train")
        found = injections(draft)
        assert 1 <= len(found) <= 6
        assert not any("/" in text or '"' in text for text in found)
        assert not re.search("[\x00\x01]", "".join(draft.paragraphs))
        assert not draft.title
        hosts += any("." in text for text in found)
    assert hosts > 20


def test_a_line_of_a_board_runs_into_the_text_and_is_marked_alone() -> None:
    # Seeds whose campaign speaks Chinese.
    for seed in range(73, 113):
        draft = a_draft()
        PLACEMENTS["glued_ad"](draft, random.Random(seed), "train")
        assert draft.paragraphs[0].startswith("\ue000")
        assert draft.paragraphs[0].endswith(a_draft().paragraphs[0])
        assert all(injections(draft))


def test_a_frame_of_a_film_site_marks_what_people_look_for() -> None:
    framed = 0
    for seed in range(120):
        draft = a_draft()
        PLACEMENTS["stamped_lead"](draft, random.Random(seed), "train")
        text = "".join(draft.paragraphs)
        framed += bool(re.search("【[|]?\ue000[^\ue001]+\ue001[^】]*】", text))
    assert framed


def test_a_lone_brand_is_one_name_of_the_list() -> None:
    names = lexicons().words("brands_zh", None, "train")
    bare = 0
    # Seeds whose campaign speaks Chinese.
    for seed in range(73, 113):
        draft = a_draft()
        PLACEMENTS["lone_brand"](draft, random.Random(seed), "train")
        (name,) = injections(draft)
        assert name.startswith(names)
        bare += name in names
    assert 25 < bare < 40


def test_injection_is_deterministic() -> None:
    for seed in range(20):
        one, two = a_draft(), a_draft()
        assert inject(one, random.Random(seed)) == inject(two, random.Random(seed))
        assert strings(one) == strings(two)


def test_inject_uses_only_the_placements_asked_for() -> None:
    for seed in range(30):
        asked = ["title_prefix", "hidden_block", "doorway"]
        assert set(inject(a_draft(), random.Random(seed), "test", asked)) <= set(asked)


def test_insertion_keeps_out_of_other_spans() -> None:
    piece = mark("bb", "injection")
    inside = "x" + mark("aaaa", "injection") + "y"
    assert insert(inside, 3, piece) == "x" + mark("aaaa", "injection") + piece + "y"
    damaged = "x" + mark("cdef", "garbled") + "y"
    text, spans = unmark(insert(damaged, 4, piece))
    assert text == "xcdbbefy"
    assert [(s.start, s.end, s.kind) for s in spans] == [
        (1, 3, "garbled"),
        (3, 5, "injection"),
        (5, 7, "garbled"),
    ]


def test_comments_cannot_end_early_and_scripts_stay_strings() -> None:
    for seed in range(60):
        draft = a_draft()
        PLACEMENTS["comment_block"](draft, random.Random(seed), "train")
        PLACEMENTS["script_write"](draft, random.Random(seed), "train")
        assert not any("--" in text or text.startswith(">") for text in draft.comments)
        assert not any("</" in text for text in draft.scripts)


def test_hiding_tricks_hold_a_place_for_their_content() -> None:
    assert len(HIDING) >= 10
    assert all(trick.count("{}") == 1 for trick in HIDING)


@pytest.mark.parametrize("lang", phrases.LANGUAGES)
@pytest.mark.parametrize("category", phrases.CATEGORIES)
def test_every_category_speaks_every_language(lang: str, category: str) -> None:
    for split in ("train", "test"):
        text = phrases.phrase(random.Random(7), lang, category, split)
        assert text.strip()
        assert not MARKS.search(text)


def test_splits_share_no_real_brand() -> None:
    train = set(lexicons().words("brands_zh", None, "train"))
    test = set(lexicons().words("brands_zh", None, "test"))
    assert train and test and not train & test
    assert 0.2 < len(test) / len(train | test) < 0.4
    with pytest.raises(ValueError, match="split"):
        in_split("x", "dev")


def test_brands_vary() -> None:
    rng = random.Random(1)
    assert len({names.brand(rng, "zh-Hans", "train") for _ in range(500)}) > 350


def test_the_grammars_name_only_what_exists() -> None:
    supplied = {"brand", "nb", "kw", "slot", "code", "handle", "phone", "host", "url", "obf"}
    supplied |= {"fancy", "tld", "year", "porn2", "contact", "spam", "bad", "badhost", "o", "c"}
    supplied |= {"m", "n", "name", "site", "gain"}
    supplied |= {"kw" + group for group in lexicons().groups("keywords_zh")}
    for files in (
        ("spam_zh", "apps_zh"),
        ("spam_other",),
        ("spam_zh", "honest_zh", "apps_zh"),
        ("honest_other",),
        ("headlines_zh", "portal_zh", "apps_zh"),
        ("masks_zh",),
        ("spam_zh", "apps_zh", "notes_zh"),
    ):
        rules = grammar(*files).rules
        for alternatives in rules.values():
            for text in alternatives:
                for slot in re.findall(r"\{([^{}]+)\}", text):
                    known = slot.rstrip("!") in supplied | rules.keys()
                    assert known or re.fullmatch(r"\d+\.\.\d+", slot), f"{slot} in {text}"


def test_grammar_remembers_and_chooses() -> None:
    rules = Grammar("@a\n{b!} [x|x] {b!} {3..3}\n@b\np\nq\n")
    first, middle, again, number = rules.expand("a", random.Random(2)).split()
    assert (first == again, middle, number) == (True, "x", "3")
    with pytest.raises(ValueError, match="before the first"):
        Grammar("stray\n")


@pytest.mark.parametrize("topic", honest.TOPICS)
def test_honest_articles_are_unmarked_and_varied(topic: str) -> None:
    articles = [
        honest.honest_article(random.Random(n), "zh-Hans", "train", topic) for n in range(9)
    ]
    assert len({article.paragraphs for article in articles}) == 9
    for article in articles:
        text = "\n".join((article.title, *article.paragraphs))
        assert text == remove_marks(text)
        assert not re.search(r"[{}]", text)


@pytest.mark.parametrize("lang", phrases.LANGUAGES)
def test_honest_text_exists_in_every_language(lang: str) -> None:
    article = honest.honest_article(random.Random(4), lang, "test")
    assert article.title and article.paragraphs and article.lang == lang
    assert len(honest.honest_sentences(random.Random(4), lang)) >= 2


def test_other_scripts_are_letters_of_one_script_each() -> None:
    rng = random.Random(5)
    texts = [honest.honest_script(rng) for _ in range(40)]
    names = [{unicodedata.name(c).split()[0] for c in text if c.isalpha()} for text in texts]
    assert all(len(scripts) == 1 for scripts in names)
    assert len(set.union(*names)) > 10
    assert not any(scripts & {"CJK", "LATIN"} for scripts in names)


def test_every_list_says_what_it_is() -> None:
    for path in sorted(DEFAULT_FOLDER.glob("*.txt")):
        assert path.read_text(encoding="utf-8").startswith("# "), path.name
