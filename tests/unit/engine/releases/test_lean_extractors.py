"""The extractors as the nursery prepares them: without their test cases, and with the patterns
compiled that an address needs."""

import json
import subprocess
import sys

import pytest
from yt_dlp.extractor import _extractors

from procs.engine.nursery import launcher
from procs.engine.releases.lean_extractors import TEST_CASES
from procs.engine.releases.versions import installed
from procs.engine.ytdlp.loader import MOST_COMPILED

#: Addresses of two sites, and one that names very many.
SITE, OTHER = "https://www.bilibili.com/video/BV1GJ411x7h7", "https://www.tagesschau.de/video/1"
MANY = "https://example.test/" + "/".join(
    name.removesuffix("IE").lower() for name in vars(_extractors) if name.endswith("IE")
)
#: In a Python of its own: how many test cases are left; of what kind each extractor's media are,
#: which yt-dlp works out from them; and how many patterns are compiled, after each step.
PREPARED = f"""
import json
from procs.engine.ytdlp import loader
loader.prepare()
loader.prepare()
found = loader.gen_extractor_classes()
cases = sum(1 for one in found for name in {TEST_CASES} if name in vars(one))


def compiled():
    return [key for key, one in loader.READY.items() if loader.COMPILED in vars(one)]


steps = [(True, compiled())]
for url in {(SITE, SITE, OTHER, MANY)}:
    steps.append((loader.compile_for(url), compiled()))
print(json.dumps([cases, {{one.ie_key(): one._RETURN_TYPE for one in found}}, steps]))
"""
#: Classes of modules that yt-dlp has loaded before it can be told.
LOADED_BEFORE = 10


@pytest.fixture(scope="module")
def prepared():
    words, around = [sys.executable, "-c", PREPARED], launcher.environment(installed())
    ended = subprocess.run(words, env=around, capture_output=True, check=True)
    return json.loads(ended.stdout)


def test_no_class_has_test_cases_and_each_still_says_of_what_kind_its_media_are(prepared):
    cases, kinds, _ = prepared
    found = [one for name, one in vars(_extractors).items() if name.endswith("IE")]
    assert cases < LOADED_BEFORE
    assert kinds == {one.ie_key(): one._RETURN_TYPE for one in found}
    assert set(kinds.values()) == {"video", "playlist", "any", None}


def test_the_patterns_of_a_site_are_compiled_when_it_is_named_first(prepared):
    (_, before), (was_new, first), (is_new, again), (_, other), _ = prepared[2]
    assert len(before) < len(prepared[1]) / 4
    assert was_new
    assert not is_new
    assert "BiliBili" in set(first) - set(before)
    assert first == again
    assert "BiliBili" not in set(other) - set(again)
    assert "Tagesschau" in other


def test_an_address_that_names_many_sites_does_not_hold_up_the_nursery(prepared):
    (_, other), (_, many) = prepared[2][-2:]
    assert 0 < len(many) - len(other) <= MOST_COMPILED
