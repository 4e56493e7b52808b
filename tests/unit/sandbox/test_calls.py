"""The call log of hours: what a verdict is about is not forgotten."""

from tests.sandbox.telegram import calls
from tests.sandbox.telegram.calls import Calls, Entry


def entry(method: str, at: float) -> Entry:
    return Entry(at, method, 1, "", "", 1)


def test_refusals_and_what_the_bot_showed_are_kept_however_many_calls_follow(monkeypatch):
    monkeypatch.setattr(calls, "KEPT", 10)
    log = Calls()
    log.end(log.begin(entry("messages.sendMedia", 1)), "FLOOD_WAIT_3")
    log.end(log.begin(entry("messages.setTyping", 2)), "ok")
    running = log.begin(entry("messages.sendMedia", 3))
    for n in range(20):
        log.end(log.begin(entry("upload.saveFilePart", 10 + n)), "ok")
    log.end(running, "FLOOD_WAIT_5")

    assert [one.at for one in log.refusals()] == [1, 3]
    assert [one.at for one in log.find("messages.setTyping")] == [2]
    assert [one.at for one in log.find("upload.*")] == [20 + n for n in range(10)]
