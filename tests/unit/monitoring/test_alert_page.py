"""docs/alerts.md names every alert there is, as severe as it is."""

import re

from procs.config import NAMES
from procs.errors import alert_kinds
from procs.keeper.monitor.alert_rules import RULES
from procs.keeper.outside import outside_message
from tests import ROOT

PAGE = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([\w-]+)`( \*)? \| (critical|warning) \|(.*)\|$", re.MULTILINE)


def test_the_page_has_every_alert_once_with_its_severity_a_cause_and_a_fix() -> None:
    rows = {kind: severity for kind, _, severity, _ in ROW.findall(PAGE)}
    cells = {kind: rest.split("|") for kind, _, _, rest in ROW.findall(PAGE)}
    empty = [kind for kind, row in cells.items() if not all(map(str.strip, row))]

    assert rows == {kind: outside_message.severity(kind) for kind in alert_kinds.ALL_ALERTS}
    assert len(ROW.findall(PAGE)) == len(rows)
    assert empty == []


def test_what_is_judged_stands_in_the_order_of_the_table() -> None:
    rows = [kind for kind, _, _, rest in ROW.findall(PAGE) if rest.count("|") == 3]

    assert rows == [rule.kind for rule in RULES]
    assert set(rows) == alert_kinds.JUDGED_ALERTS


def test_the_times_of_the_page_are_those_of_the_table() -> None:
    said = {kind: rest for kind, _, _, rest in ROW.findall(PAGE)}

    for rule in RULES:
        begins, ends = said[rule.kind].split("|")[:2]
        for text, seconds in ((begins, rule.hold), (ends, rule.quiet)):
            named = re.findall(r"(?:for|above 30 s, for) (\d+) (s|min)", text)
            spans = [int(n) * (60 if unit == "min" else 1) for n, unit in named]
            # None for fifteen minutes: five of counting, and ten of quiet.
            assert not spans or spans[-1] in (seconds, seconds + 300), (rule.kind, text)


def test_the_settings_that_the_page_names_exist() -> None:
    named = set(re.findall(r"CHAPAR_[A-Z_]+", PAGE))

    assert named <= set(NAMES)
    assert {"CHAPAR_ALERT_WEBHOOK", "CHAPAR_ALERT_MAIL", "CHAPAR_HEARTBEAT_URL"} <= named
