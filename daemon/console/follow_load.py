"""What following costs, as `chapar status` says it."""

from daemon.console.output import count, minute
from procs.store.reports.system_report import FollowLoad


def lines(load: FollowLoad) -> list[str]:
    """What following costs, in a line; none where nobody follows anything."""
    if not load.sources:
        return []
    said = [f"about {count(round(load.looks_a_day), 'look')} a day"]
    said += [f"{load.fail} failing"] if load.fail else []
    said += [f"{load.rest} resting"] if load.rest else []
    said.append(f"{count(load.looks, 'look')} so far found {load.found} new")
    if load.next_at is not None:
        said.append(f"the next at {minute(load.next_at)}")
    people = "1 person" if load.people == 1 else f"{load.people} people"
    return [f"{count(load.sources, 'list')} followed by {people}: {', '.join(said)}"]
