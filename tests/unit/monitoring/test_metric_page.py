"""docs/metrics.md names what there is."""

import re

from procs.keeper.metrics.metric_families import FAMILIES
from tests import ROOT

PAGE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


def test_the_page_has_every_metric_with_its_type_labels_and_meaning() -> None:
    rows = re.findall(r"^\| `(chapar_\w+)` \| (\w+) \|(.*?)\| (.+) \|$", PAGE, re.MULTILINE)
    found = [
        (name, kind, tuple(re.findall(r"`(\w+)`", labels)), said)
        for name, kind, labels, said in rows
    ]

    assert found == [(one.full_name, one.type, one.labels, one.help) for one in FAMILIES]


def test_the_files_that_the_page_names_are_there() -> None:
    names = set(re.findall(r"monitoring/[\w.-]+\w", PAGE))

    assert [name for name in names if not (ROOT / name).is_file()] == []
    assert len(names) == 3
