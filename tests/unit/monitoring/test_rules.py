"""The rules of Prometheus: promtool runs their own tests, and each metric they name exists."""

import re
import shutil
import subprocess

import pytest

from procs.keeper.metrics.metric_families import FAMILIES, HISTOGRAM
from tests import ROOT

RULES = ROOT / "monitoring" / "chapar.rules.yml"
NAME = re.compile(r"\bchapar_\w+")
RECORD = re.compile(r"^\s+- record: (\S+)$", re.MULTILINE)
ALERT = re.compile(r"^\s+- alert: (\S+)$", re.MULTILINE)
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


@pytest.mark.skipif(
    PROMTOOL is None, reason="promtool is not installed: apt-get install prometheus"
)
def test_promtool_finds_that_each_rule_fires_when_it_should() -> None:
    tests = RULES.with_name("chapar.rules.test.yml")

    done = subprocess.run(
        [PROMTOOL, "test", "rules", str(tests)], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stdout + done.stderr
