"""The file in which the monitor keeps what it knows between two starts: states of alerts, and
messages that were not delivered yet. It lies beside the database and needs none of it."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from procs.backups import durable_files
from procs.core import codec, log
from procs.core.clock import Now
from procs.core.paths import HomePaths
from procs.keeper.monitor import alert_states
from procs.keeper.monitor.alert_states import AlertState
from procs.keeper.outside.outside_message import OutsideMessage, ToldAlert

NAME = "alerts.json"


@dataclass(slots=True)
class MonitorRecord:
    """`states` by kind; `told` is what was told outside of the chat and when last, by kind and
    subject; `messages` wait for their channels."""

    states: dict[str, AlertState] = field(default_factory=dict)
    told: dict[str, ToldAlert] = field(default_factory=dict)
    messages: list[OutsideMessage] = field(default_factory=list)


def path_of(paths: HomePaths) -> Path:
    """Where the file is."""
    return paths.home / NAME


def load(path: Path, *, now: Now) -> MonitorRecord:
    """What was kept; nothing of a file that is lost or damaged, as all of it is found again."""
    try:
        raw = codec.load(path.read_bytes())
        record = MonitorRecord(
            {key: codec.sound_record(AlertState, one) for key, one in raw["states"].items()},
            {key: codec.sound_record(ToldAlert, one) for key, one in raw["told"].items()},
            [OutsideMessage.of(one) for one in raw["messages"]],
        )
        for message in record.messages:
            codec.dump(message.body)  # raises where its alerts are none
    except FileNotFoundError:
        return MonitorRecord()
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        log.warning("monitor.record-lost", file=path, error=type(error).__name__)
        return MonitorRecord()
    record.states = alert_states.after_start(record.states, now=now)
    return record


def save(path: Path, record: MonitorRecord) -> bool:
    """Whether it is on the disk; a full one keeps it in memory for the next try."""
    try:
        durable_files.write(path, codec.dump(asdict(record)).encode())
    except OSError as error:
        log.warning("monitor.record-unwritten", file=path, error=error)
        return False
    return True


def standing(paths: HomePaths) -> set[str]:
    """The kinds that are there, for whoever shows them."""
    try:
        raw = codec.load(path_of(paths).read_bytes())
        states = [codec.sound_record(AlertState, one) for one in raw["states"].values()]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return set()
    return {state.kind for state in states if state.is_there}
