"""People of a group: Reza in either language, and somebody else who writes English."""

import pytest

from tests.sandbox.person import Person


@pytest.fixture(params=["fa", "en"])
def language(request) -> str:
    return request.param


@pytest.fixture
async def reza(tg, language: str) -> Person:
    return await tg.person("Reza", language=language)


@pytest.fixture
async def other(tg) -> Person:
    return await tg.person("Other", language="en")
