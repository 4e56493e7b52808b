"""`chapar use`: the figures as text, and the picture in a file."""

import pytest

from daemon.command_error import Refusal
from daemon.reports import use_command
from procs.core import clock
from procs.store.reports import use_sums
from procs.store.reports.use_sums import Sums


@pytest.fixture
def used(db):
    sums = Sums()
    use_sums.note(sums, clock.now().wall, "received", value=3)
    with db.write():
        use_sums.add(db, sums)
    return db


def lines(db, days="7", *, png=None, language="en"):
    shown = use_command.shown(db, days, png=png, server=False, language=language)
    return "\n".join(shown)


def test_the_figures_are_said_in_either_language(used):
    assert "Links sent: 3" in lines(used)
    assert "لینک‌های رسیده: ۳" in lines(used, language="fa")


def test_the_picture_is_in_the_file(used, tmp_path):
    png = tmp_path / "use.png"

    assert str(png) in lines(used, png=png)
    assert png.read_bytes().startswith(b"\x89PNG")
    assert [one.name for one in tmp_path.glob("*use.png*")] == ["use.png"]


@pytest.mark.parametrize("wrong", [{"days": "2"}, {"language": "de"}])
def test_what_it_does_not_know_is_refused(used, wrong):
    with pytest.raises(Refusal, match="is none of"):
        lines(used, **wrong)
