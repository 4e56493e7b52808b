"""The site's files as a download leaves them, and what is in a file that was made of one."""

from pathlib import Path

import av
import pytest

from tests.sandbox.site import files

MIB = 1024**2


@pytest.fixture(scope="session")
def originals() -> Path:
    return files.folder()


def facts(file):
    """Codecs, tags and cover of a file that was made."""
    with av.open(file.path) as opened:
        codecs = [one.codec_context.name.removesuffix("float") for one in opened.streams]
        return codecs, dict(opened.metadata)
