"""The line of `chapar status` about what following costs."""

from daemon.console import follow_load
from procs.store.reports.system_report import FollowLoad


def test_the_load_is_one_line_and_none_where_nobody_follows():
    assert follow_load.lines(FollowLoad()) == []
    (line,) = follow_load.lines(FollowLoad(2, 1, 95.7, fail=1, rest=1, looks=40, found=3))
    assert line == (
        "2 lists followed by 1 person: about 96 looks a day, 1 failing, 1 resting, "
        "40 looks so far found 3 new"
    )
