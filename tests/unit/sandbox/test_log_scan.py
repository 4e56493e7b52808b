"""The scan for secrets finds them."""

import pytest

from tests.sandbox.log_scan import secrets

TOKEN = "777000001:AAsandboxsandboxsandboxsandboxsandb"


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        (f"a.b token={TOKEN}", True),
        ("a.b url=https://x.example/a?sig=1", True),
        ('{"url":"http://127.0.0.1:80/a?n=1"}', True),
        ("a.b url=https://x.example/a?***", False),
        ("a.b url=https://x.example/a why=what?", False),
    ],
)
def test_a_secret_in_any_file_is_found(tmp_path, line, is_told):
    (tmp_path / "worker-00.log.3").write_text(f"x\n{line}\n")

    assert bool(secrets(tmp_path, [TOKEN, ""])) == is_told
