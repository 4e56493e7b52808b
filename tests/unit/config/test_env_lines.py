"""Lines of `.env`: what sets nothing is named, what is of others is left alone."""

import pytest

from procs import config


def complaints(env):
    return config.read({}, env, need_telegram=False).complaints


@pytest.mark.parametrize(
    "line", ["CHAPAR_WORKERS: 7", "CHAPAR_WORKERS", "CHAPAR_ADMINS='1", "export CHAPAR_WORKERS 7"]
)
def test_a_line_that_gives_no_setting_is_a_complaint_with_its_number(tmp_path, line):
    env = tmp_path / "my.env"
    env.write_text(f"# ours\n\n\n{line}\nCHAPAR_LOG_LEVEL=DEBUG\n")
    (complaint,) = complaints(env)
    assert f"{env}: line 4 is not read; write NAME=value" in complaint


def test_what_is_of_other_programs_or_quoted_over_lines_is_no_complaint(tmp_path):
    env = tmp_path / "my.env"
    env.write_text("OTHERS\r\nCHAPAR_TEXT_HELP_EN='one\ntwo'\nCHAPAR_SUPPORT=\n")
    assert not complaints(env)
