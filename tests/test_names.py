"""Hosts of operators: what they look like, how often, and that a seed gives the same ones."""

from __future__ import annotations

import random
import re

import pytest

from detector.training.names import TLDS, host, letters, obfuscated_host, url

HOST = re.compile(r"[a-z0-9]+(?:[-.]+[a-z0-9]+)+")


@pytest.mark.parametrize("lang", ["zh-Hans", "en", "th"])
def test_hosts_are_hosts(lang: str) -> None:
    for seed in range(400):
        made = host(random.Random(seed), lang)
        assert HOST.fullmatch(made)
        assert made.endswith(tuple(f".{tld}" for tld in TLDS))
        assert made == host(random.Random(seed), lang)


def test_hosts_have_the_shapes_of_the_web_at_their_rates() -> None:
    rng = random.Random(0)
    made = [host(rng, "zh-Hans", name="开云") for _ in range(4000)]

    def share(pattern: str) -> float:
        return sum(bool(re.search(pattern, one)) for one in made) / len(made)

    assert share("kaiyun") == pytest.approx(0.69, abs=0.03)  # the others are letters and numbers
    assert share(r"^www\.kaiyun") == pytest.approx(0.18, abs=0.03)
    assert share("^xn--") == pytest.approx(0.04, abs=0.02)
    assert share(r"^\d+[a-z]{0,3}\.") == pytest.approx(0.08, abs=0.02)


def test_an_address_names_the_host_of_the_brand() -> None:
    rng = random.Random(1)
    assert sum("kaiyun" in url(rng, "zh-Hans", name="开云") for _ in range(200)) > 100


def test_an_obfuscated_host_is_no_host_any_more() -> None:
    rng = random.Random(2)
    made = [obfuscated_host(rng, "zh-Hans", "train") for _ in range(300)]
    assert sum(HOST.fullmatch(one) is None for one in made) > 200


def test_letters_are_as_many_as_asked_for() -> None:
    rng = random.Random(3)
    assert {len(letters(rng, 2, 4)) for _ in range(50)} == {2, 3, 4}
