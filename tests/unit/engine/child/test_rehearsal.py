"""The download that the nursery plays before the first real one."""

import re

import pytest

from procs.engine.child import child, rehearsal
from procs.engine.ytdlp import loader

pytest_plugins = ["tests.sandbox.site.fixtures"]


async def test_the_nursery_rehearses_with_the_yt_dlp_that_it_has(engine):
    await engine.start()
    words = engine.log.read_text()
    assert "nursery.started" in words
    assert "rehearsed=True" in words


@pytest.mark.long
def test_after_the_rehearsal_a_download_compiles_next_to_no_pattern(monkeypatch, tmp_path):
    loader.prepare()
    monkeypatch.chdir(tmp_path)
    assert rehearsal.play(child.fetch)
    compiled = []
    compile_pattern = re._compiler.compile

    def noted(pattern, flags):
        compiled.append(pattern)
        return compile_pattern(pattern, flags)

    monkeypatch.setattr(re._compiler, "compile", noted)
    assert rehearsal.play(child.fetch)
    assert len(compiled) <= 3
    assert list(tmp_path.iterdir()) == []
