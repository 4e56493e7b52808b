"""The rules of Prometheus: promtool runs their own tests, and each metric they name exists."""

import re
import shutil
import subprocess

import pytest

from procs.errors import alert_kinds
from procs.keeper.metrics.metric_families import FAMILIES, HISTOGRAM
from procs.keeper.outside import outside_message
from tests import ROOT

RULES = ROOT / "monitoring" / "chapar.rules.yml"
NAME = re.compile(r"\bchapar_\w+")
RECORD = re.compile(r"^\s+- record: (\S+)$", re.MULTILINE)
ALERT = re.compile(r"^\s+- alert: (\S+)$", re.MULTILINE)
RULE = re.compile(
    r"^\s+- alert: (\S+)\n(.*?)^\s+labels: \{severity: (\w+)\}$", re.MULTILINE | re.DOTALL
)
KINDS = re.compile(r'chapar_alerts\{kind(=~?|!~)"([^"]+)"\}')
#: Alerts of the monitor for which Prometheus has figures: the rule that judges them. A scrape of a
#: database that cannot be read is not answered.
BY_FIGURE = {
    alert_kinds.DATABASE_UNUSABLE: "ChaparDown",
    alert_kinds.DATABASE_LOCKED: "ChaparDatabaseLocked",
    alert_kinds.DATABASE_LOG: "ChaparLogFileLarge",
    alert_kinds.DISK_SHARE: "ChaparDiskLow",
    alert_kinds.DISK_FORECAST: "ChaparDiskFillsUp",
    alert_kinds.MEMORY: "ChaparMemoryHigh",
    alert_kinds.SLOW: "ChaparSlowResponses",
    alert_kinds.QUEUE_OLD: "ChaparQueueOld",
    alert_kinds.WORKERS_DOWN: "ChaparWorkersDown",
    alert_kinds.RESTART_STORM: "ChaparRestartStorm",
    alert_kinds.NO_BACKUP: "ChaparBackupMissing",
    alert_kinds.DRILL: "ChaparBackupDrillBad",
    alert_kinds.BREAKER_STORM: "ChaparBreakerStorm",
    alert_kinds.REVOKED: "ChaparSignInLost",
}
PROMTOOL = shutil.which("promtool")


def known() -> set[str]:
    """Every series that a scrape may have."""
    plain = {one.full_name for one in FAMILIES if one.type != HISTOGRAM}
    times = [one.full_name for one in FAMILIES if one.type == HISTOGRAM]
    return plain | {f"{name}_{part}" for name in times for part in ("bucket", "sum", "count")}


def test_every_metric_of_a_rule_exists() -> None:
    text = RULES.read_text(encoding="utf-8")

    named = set(NAME.findall(text))

    assert named - known() == set()
    assert len(named) > 10


def test_every_record_of_a_rule_is_recorded() -> None:
    text = RULES.read_text(encoding="utf-8")

    assert set(re.findall(r"\bchapar:[\w:]+", text)) == set(RECORD.findall(text))


def test_every_alert_is_tried_and_explained() -> None:
    alerts = set(ALERT.findall(RULES.read_text(encoding="utf-8")))
    tried = (RULES.with_name("chapar.rules.test.yml")).read_text(encoding="utf-8")
    explained = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")

    assert {name for name in alerts if name not in tried} == set()
    assert {name for name in alerts if f"`{name}`" not in explained} == set()


def rules_of(kind: str) -> list[tuple[str, str]]:
    """The rules that fire for a kind of alert, each with its severity."""
    found = []
    for name, text, severity in RULE.findall(RULES.read_text(encoding="utf-8")):
        shown = KINDS.search(text)
        takes = shown and (kind in shown[2].split("|")) != (shown[1] == "!~")
        if takes or name == BY_FIGURE.get(kind):
            found.append((name, severity))
    return found


@pytest.mark.parametrize("kind", sorted(alert_kinds.ALL_ALERTS))
def test_prometheus_has_one_rule_for_each_alert_as_severe_as_it_is(kind: str) -> None:
    ((name, severity),) = rules_of(kind)

    assert severity == outside_message.severity(kind), name


def test_a_kind_that_a_later_version_notes_has_a_rule_too() -> None:
    assert rules_of("some-later-kind") == [("ChaparNoted", "warning")]


@pytest.mark.skipif(
    PROMTOOL is None, reason="promtool is not installed: apt-get install prometheus"
)
def test_promtool_finds_that_each_rule_fires_when_it_should() -> None:
    tests = RULES.with_name("chapar.rules.test.yml")

    done = subprocess.run(
        [PROMTOOL, "test", "rules", str(tests)], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stdout + done.stderr
