"""What the processes load later is named as it is, and every file of it is watched."""

from importlib.util import find_spec

import pytest

from daemon.supervisor import warm_modules
from procs.texts import catalogues


@pytest.mark.parametrize("name", [*warm_modules.LOADED_LATER, *warm_modules.classes()])
def test_each_module_is_there(name):
    assert find_spec(name)


def test_the_texts_of_every_language_are_watched():
    assert {f"{name}.po" for name in catalogues.LANGUAGES} == {
        path.rpartition("/")[2] for path in warm_modules.files()
    }
