"""Names that strangers give to files."""

import pytest

from procs.engine.ytdlp.file_types import kind, real_name
from procs.wishes.filenames import NAME_BYTES, fit, title_name


@pytest.mark.parametrize(
    ("url", "headers", "name"),
    [
        ("https://x.org/a/paper.pdf?sig=1", {}, "paper.pdf"),
        ("https://x.org/%D9%81%DB%8C%D9%84%D9%85.mp4", {}, "فیلم.mp4"),
        ("https://x.org/get", {"Content-Disposition": 'attachment; filename="a b.zip"'}, "a b.zip"),
        (
            "https://x.org/get",
            {"Content-Disposition": "inline; filename*=UTF-8''%D8%A2.rar"},
            "آ.rar",
        ),
        ("https://x.org/get", {"Content-Type": "application/pdf"}, "get.pdf"),
        ("https://x.org/get.php", {"Content-Type": "image/png; q=1"}, "get.png"),
        ("https://x.org/", {"Content-Type": "application/zip"}, "file.zip"),
        ("https://x.org/", {}, "file"),
        ("https://x.org/x", {"Content-Disposition": 'filename="../../etc/passwd"'}, "passwd"),
        ("https://x.org/x", {"Content-Disposition": 'filename="..\\\\boot.ini"'}, "boot.ini"),
    ],
)
def test_real_names(url, headers, name):
    assert real_name(url, headers) == name


def test_a_name_in_raw_utf8():
    """Headers are read as latin-1, whatever they were written in."""
    raw = 'attachment; filename="سلام.mp3"'.encode().decode("latin-1")
    assert real_name("https://x.org/1", {"Content-Disposition": raw}) == "سلام.mp3"


@pytest.mark.parametrize(
    ("name", "type_", "is_"),
    [
        ("a.mp4", "", "video"),
        ("a.mkv", "", "video"),
        ("a.mp3", "", "audio"),
        ("a.JPG", "", "photo"),
        ("a.zip", "", "file"),
        ("a", "video/mp4", "video"),
        ("a", "application/ogg", "audio"),
        ("a.unknown", "text/plain", "file"),
    ],
)
def test_kinds(name, type_, is_):
    assert kind(name, {"Content-Type": type_}) == is_


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("a/b\\c.mp4", "c.mp4"),
        ("..", ""),
        ("-rf.mp4", "rf.mp4"),
        (".hidden", "hidden"),
        ("a\x00b\n.mp4", "a_b_.mp4"),
        ("evil\u202e4pm.exe", "evil4pm.exe"),
        ("می\u200cروم.mp4", "می\u200cروم.mp4"),
    ],
)
def test_names_that_fit(name, fitting):
    assert fit(name) == fitting


def test_a_long_name_keeps_its_extension_and_its_letters():
    name = fit("ش" * 300 + ".mp4")
    assert name.endswith("ش.mp4")
    assert len(name.encode()) <= NAME_BYTES


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("AC/DC: live", "AC_DC_ live.mp4"),
        ("", "media.mp4"),
        ("...", "media.mp4"),
        ("v1.2", "v1.2.mp4"),
    ],
)
def test_names_by_title(title, name):
    assert title_name(title, ".mp4") == name
