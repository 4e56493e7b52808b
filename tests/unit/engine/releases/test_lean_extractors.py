"""Extractors that are loaded without their test cases are the same besides."""

import json
import subprocess
import sys

from yt_dlp.extractor import _extractors

from procs.engine.releases.lean_extractors import TEST_CASES
from tests import ROOT

#: In a Python of its own: whether each has test cases, and whether it is of single media or of
#: lists, which yt-dlp works out from them.
LEAN = f"""
import json
from procs.engine.releases import lean_extractors
lean_extractors.drop_test_cases()
lean_extractors.drop_test_cases()
from yt_dlp.extractor import _extractors
found = [one for name, one in vars(_extractors).items() if name.endswith("IE")]
cases = sum(1 for one in found for name in {TEST_CASES} if name in vars(one))
print(json.dumps([cases, {{one.ie_key(): one._RETURN_TYPE for one in found}}]))
"""
#: Classes of modules that yt-dlp has loaded before it can be told.
LOADED_BEFORE = 10


def test_no_class_has_test_cases_and_each_still_says_of_what_kind_its_media_are():
    ended = subprocess.run([sys.executable, "-c", LEAN], cwd=ROOT, capture_output=True, check=True)
    cases, kinds = json.loads(ended.stdout)
    found = [one for name, one in vars(_extractors).items() if name.endswith("IE")]
    assert cases < LOADED_BEFORE
    assert kinds == {one.ie_key(): one._RETURN_TYPE for one in found}
    assert set(kinds.values()) == {"video", "playlist", "any", None}
