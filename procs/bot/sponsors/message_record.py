"""A message as it waits in the store, and back."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from procs.core import codec
from procs.records.job import Person
from procs.telegram.chat.inbound import Incoming


def body(incoming: Incoming) -> dict[str, Any]:
    """A message as JSON keeps it, without objects of Telegram's."""
    # Telegram's own object is for what is copied to others, a document for cookies of owners.
    return asdict(replace(incoming, source=None, file=None))


def incoming(facts: Mapping[str, Any]) -> Incoming:
    """The message; an edited one as if it had said that from the first."""
    kept = codec.record(Incoming, facts)
    person = codec.record(Person, facts["person"])
    urls = tuple(facts.get("urls", ()))
    return replace(kept, person=person, urls=urls, origin=(0, 0), edited=0.0)
