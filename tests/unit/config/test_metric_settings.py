"""Where metrics are served: this machine alone, or nowhere."""

from pathlib import Path

import pytest

from procs.config import address_values


def test_an_address_a_socket_and_off_are_read() -> None:
    read = [address_values.endpoint(t) for t in ("127.0.0.1:9464", "[::1]:1", "/run/x.sock", "off")]

    assert read == [("127.0.0.1", 9464), ("::1", 1), Path("/run/x.sock"), None]


@pytest.mark.parametrize(
    "text", ["0.0.0.0:9464", "10.0.0.5:1", "example.org:80", "[::]:9464", "9464"]
)
def test_an_address_that_others_reach_is_refused_with_a_fix(text: str) -> None:
    with pytest.raises(ValueError, match=r"write .*127\.0\.0\.1:"):
        address_values.endpoint(text)


@pytest.mark.parametrize("text", ["here", "/no/such/folder"])
def test_a_textfile_folder_must_be_there(text: str) -> None:
    with pytest.raises(ValueError, match="make it"):
        address_values.folder(text)
