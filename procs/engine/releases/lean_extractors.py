"""Loads yt-dlp's extractors without the test cases that each class has.

They are addresses and facts of real media by which yt-dlp's authors try their code: a quarter of
what the 1,750 extractors take, 5.6 MiB. Of what reads them a download asks one thing, whether an
extractor is of single media or of lists, which is worked out before they go.
"""

from typing import Any

from yt_dlp.extractor.common import InfoExtractor

TEST_CASES = ("_TEST", "_TESTS", "_WEBPAGE_TESTS")
#: What yt-dlp works out from test cases when it is asked for, and keeps; and where a class begins.
KIND, BEGIN = "_RETURN_TYPE", "__init_subclass__"


def drop_test_cases() -> None:
    """Have every class of an extractor that is loaded from now on give up its test cases; repeated,
    it does nothing."""
    begin = getattr(vars(InfoExtractor).get(BEGIN), "__func__", None)
    if begin is None or getattr(begin, "is_lean", False):
        return

    def begin_lean(cls: type[InfoExtractor], **more: Any) -> None:
        begin(cls, **more)
        getattr(cls, KIND, None)
        for name in TEST_CASES:
            if name in vars(cls):
                delattr(cls, name)

    begin_lean.is_lean = True  # type: ignore[attr-defined]
    setattr(InfoExtractor, BEGIN, classmethod(begin_lean))
