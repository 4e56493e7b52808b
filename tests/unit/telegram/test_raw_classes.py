"""The library's raw classes are loaded when they are asked for, and are the library's own."""

import subprocess
import sys

import pytest
from pyrogram.raw import types
from pyrogram.raw.core import List

from procs.telegram import raw_classes

LOADED = "sum(name.startswith('pyrogram.raw.') for name in sys.modules)"


def told(program: str) -> str:
    """What a fresh interpreter prints that runs this."""
    words = [sys.executable, "-c", f"import sys\n{program}"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def test_a_worker_loads_a_tenth_of_them():
    eager = int(told(f"import pyrogram\nprint({LOADED})"))

    assert int(told(f"import procs.worker.__main__\nprint({LOADED})")) < eager / 10


def test_every_number_leads_to_its_class_and_every_name_to_the_same():
    program = """
import procs.telegram
from pyrogram.raw.all import objects
import pyrogram.raw
for number, place in objects.places.items():
    found = objects[number]
    package, _, name = place.removeprefix("pyrogram.raw.").rpartition(".")
    home = pyrogram.raw
    for part in package.split("."):
        home = getattr(home, part)
    assert getattr(home, name) is found
    assert getattr(found, "ID", number) in (number, -1), place
print(len(objects))
"""
    assert int(told(program)) > 2000


def test_a_number_of_another_layer_is_unknown():
    with pytest.raises(KeyError):
        raw_classes.Constructors({1: "pyrogram.raw.types.User"})[2]


def test_a_name_that_is_not_there_is_an_attribute_error():
    program = "import procs.telegram\nfrom pyrogram import raw\nprint(hasattr(raw.types, 'Usr'))"

    assert told(program) == "False"


def test_what_does_more_than_to_offer_names_is_loaded_as_it_is():
    offered = "# a comment\n\nfrom .res_pq import ResPQ\nfrom . import help, auth"

    assert raw_classes.homes_of(offered) == {"ResPQ": "res_pq", "help": "help", "auth": "auth"}
    assert raw_classes.homes_of(offered + "\nResPQ.ID = 7") is None


def test_an_object_is_true_without_being_written_down(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(types.PeerUser, "write", None)
    monkeypatch.setattr(types.Updates, "write", None)

    assert types.PeerUser(user_id=7)
    assert types.Updates(updates=[], users=[], chats=[], date=0, seq=0)


def test_a_list_of_objects_is_true_when_it_has_one():
    assert not List()
    assert List([types.PeerUser(user_id=7)])
