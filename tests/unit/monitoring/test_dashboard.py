"""The Grafana dashboard: its form, and that each query names metrics and labels that exist."""

import json
import re
from typing import Any

import pytest

from procs.keeper.metrics.metric_families import BY_NAME, FAMILIES
from tests import ROOT
from tests.unit.monitoring.test_rules import NAME, known

DASHBOARD = json.loads((ROOT / "monitoring" / "grafana-dashboard.json").read_text("utf-8"))
PANELS = [one for one in DASHBOARD["panels"] if one["type"] != "row"]
QUERIES = [target["expr"] for one in PANELS for target in one["targets"]]
#: What Grafana's model of a dashboard asks for (grafana.com/docs, "Dashboard JSON model"): the keys
#: of the whole, of each panel, and of each query, with their types.
WHOLE = {"uid": str, "title": str, "schemaVersion": int, "panels": list, "templating": dict}
PANEL = {"id": int, "type": str, "title": str, "gridPos": dict, "datasource": dict, "targets": list}
QUERY = {"refId": str, "expr": str, "datasource": dict}
#: Behind `by`, in braces and in a legend; `le` and `instance` are Prometheus' own.
BY, IN_BRACES = re.compile(r"\bby \(([^)]+)\)"), re.compile(r"(\w+)=~?\"")
OWN = {"le", "instance"}


def wrong(thing: dict[str, Any], schema: dict[str, type]) -> list[str]:
    return [key for key, kind in schema.items() if not isinstance(thing.get(key), kind)]


def test_the_dashboard_has_the_form_that_grafana_imports() -> None:
    assert wrong(DASHBOARD, WHOLE) == []
    assert [(one.get("title"), bad) for one in PANELS if (bad := wrong(one, PANEL))] == []
    assert [bad for one in PANELS for query in one["targets"] if (bad := wrong(query, QUERY))] == []


def test_panels_have_names_of_their_own_and_lie_on_the_grid_side_by_side() -> None:
    ids = [one["id"] for one in DASHBOARD["panels"]]
    cells = [
        (x, y)
        for place in (one["gridPos"] for one in DASHBOARD["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(set(ids)) == len(ids)
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_every_panel_asks_the_data_source_that_is_chosen() -> None:
    variables = {one["name"] for one in DASHBOARD["templating"]["list"]}

    assert {one["datasource"]["uid"] for one in PANELS} == {"${datasource}"}
    assert variables == {"datasource", "instance"}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_names_metrics_and_labels_that_exist(query: str) -> None:
    named = NAME.findall(query)
    families = {one for one in FAMILIES for name in named if name.startswith(one.full_name)}
    labels = {label for one in families for label in one.labels} | OWN
    used = {name.strip() for names in BY.findall(query) for name in names.split(",")}
    used |= set(IN_BRACES.findall(query))

    assert named
    assert set(named) <= known()
    assert used <= labels
    assert query.count("(") == query.count(")")


def test_every_metric_is_shown_somewhere() -> None:
    shown = " ".join(QUERIES) + json.dumps(DASHBOARD["templating"])
    hidden = {name for name in BY_NAME if f"chapar_{name}" not in shown}

    # What only alerts read, or stands beside another figure.
    assert hidden == {
        *("deliveries_uncertain_total", "requests_open", "worker_jobs", "revoked_sessions"),
        *("download_rooms_configured", "flood_wait_left_seconds", "cleanup_failures_total"),
        "backup_drill_timestamp_seconds",
    }
