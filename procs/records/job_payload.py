"""The payload of a job, by its kind. It is written once, when the job is added, and never changed.

In the database it is a JSON object. An upgrade rolls while jobs are under way, so a process reads
rows of an older and of a newer version: a field that it does not know is ignored, and one that is
not there has its default.
"""

from typing import TypeAlias

from procs.core import codec


@codec.row_record
class LinkPayload:
    """A link that is fetched or looked at; as `job.Link`. `folder` is the request in whose folder
    the files go, 0 when they go to a chat. `whole`: a post is looked at as what it is, not as a
    list to choose from."""

    url: str = ""
    site: str = ""
    key: str = ""
    variant: str = "best"
    title: str = ""
    folder: int = 0
    whole: bool = False


@codec.row_record
class TrialPayload(LinkPayload):
    """A site that is looked at because it was left alone: by which egress, and by which `person`
    (nobody's number for everybody)."""

    egress: str = "default"
    person: int = -1


@codec.row_record
class SourcePayload(LinkPayload):
    """A list that people follow, and the number of its row."""

    source: int = 0


@codec.row_record
class DeliverPayload:
    """A media that Telegram holds (its number), and the request that it is sent for."""

    request: int = 0
    media: int = 0


@codec.row_record
class BroadcastPayload:
    """A broadcast, by its number."""

    broadcast: int = 0


Payload: TypeAlias = LinkPayload | DeliverPayload | BroadcastPayload

#: The record of each kind of job.
RECORDS: dict[str, type[Payload]] = {
    "fetch": LinkPayload,
    "look": LinkPayload,
    "trial": TrialPayload,
    "check": LinkPayload,
    "source": SourcePayload,
    "deliver": DeliverPayload,
    "broadcast": BroadcastPayload,
}
#: The fields of each record: asking the class costs more than writing the row's text.
NAMES = {record: codec.names(record) for record in RECORDS.values()}


def decode(kind: str, text: str) -> Payload:
    """The payload of a job's row. Raises nothing for a row of another version: a claim must not
    fail by it."""
    found, kind_of = codec.load(text), RECORDS.get(kind, LinkPayload)
    try:
        return kind_of(**found)
    except TypeError:  # a field of another version, or no object
        return codec.record(kind_of, found if isinstance(found, dict) else {})


def encode(payload: Payload) -> str:
    """The text for a job's row. What most links have not is left out."""
    facts = {name: getattr(payload, name) for name in NAMES[type(payload)]}
    for name in ("title", "whole"):
        if not facts.get(name, True):
            del facts[name]
    return codec.dump(facts)
