"""What a run keeps of its settings and of Telegram's files."""

import os
import time
from types import SimpleNamespace

import psutil

from bench.load import trial
from bench.load.usage import Usage


def test_telegram_forgets_old_files_and_keeps_new_ones_and_uploads_under_way(tmp_path):
    old = time.time() - trial.KEPT - 1
    for name in ("1", "2", "7-3.part"):
        (tmp_path / name).write_bytes(b"film")
    for name in ("1", "7-3.part"):
        os.utime(tmp_path / name, (old, old))

    trial.forget(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["2", "7-3.part"]


def test_the_settings_that_a_result_states_have_no_secret():
    told = {"CHAPAR_BOT_TOKEN": "1:A", "CHAPAR_API_HASH": "0f", "CHAPAR_WORKERS": "2"}

    assert trial.settings(SimpleNamespace(environment=told)) == {"CHAPAR_WORKERS": "2"}


def test_the_time_of_a_nursery_that_is_gone_is_not_forgotten():
    usage = Usage(SimpleNamespace(), nursery_cpu={-1: (2.0, 30.0)})
    living = [("nursery", psutil.Process()), ("bot", psutil.Process())]

    found = usage.cpu(living)

    assert found["nursery"] > 2.0
    assert found["child"] >= 30.0
    assert found["bot"] > 0
