"""All kinds of trouble, and how many of a thousand each is."""

from tests.chaos.troubles import machine_troubles as machine
from tests.chaos.troubles import network_troubles as network
from tests.chaos.troubles import operator_troubles as operator
from tests.chaos.troubles import process_troubles as processes
from tests.chaos.troubles import telegram_troubles as telegram
from tests.chaos.troubles.trouble_parts import Kind

KINDS: dict[str, Kind] = {
    "kill worker": Kind(processes.kill("worker"), 190),
    "kill bot": Kind(processes.kill("bot"), 60),
    "kill keeper": Kind(processes.kill("keeper"), 25),
    "kill nursery": Kind(processes.kill("nursery"), 35),
    "kill child": Kind(processes.kill("child"), 25),
    "kill watch": Kind(processes.kill("watch"), 10),
    "kill supervisord": Kind(processes.kill_supervisord, 6, alone=True),
    "stop worker": Kind(processes.stop("worker"), 60),
    "stop bot": Kind(processes.stop("bot"), 25),
    "stop keeper": Kind(processes.stop("keeper"), 15),
    "stop nursery": Kind(processes.stop("nursery"), 15),
    "stop child": Kind(processes.stop("child"), 15),
    "stop watch": Kind(processes.stop("watch"), 10),
    "stop supervisord": Kind(processes.stop("supervisord"), 12),
    "disk full": Kind(machine.full_disk, 8),
    "clock on": Kind(machine.clock(+1), 14),
    "clock back": Kind(machine.clock(-1), 14),
    "database locked": Kind(machine.locked, 5),
    "snapshot kept": Kind(machine.snapshot, 8),
    "telegram reset": Kind(network.reset("telegram"), 40),
    "telegram slow": Kind(network.slow("telegram"), 30),
    "telegram drips": Kind(network.drip("telegram"), 20),
    "telegram lossy": Kind(network.lossy("telegram"), 30),
    "telegram half-open": Kind(network.half_open("telegram"), 20),
    "site reset": Kind(network.reset("site"), 10),
    "site slow": Kind(network.slow("site"), 15),
    "site drips": Kind(network.drip("site"), 10),
    "site lossy": Kind(network.lossy("site"), 10),
    "site half-open": Kind(network.half_open("site"), 5),
    **{
        f"telegram: {name}": Kind(
            telegram.PLAYS[name], share, asks=telegram.ASKS.get(name, "stream")
        )
        for name, share in {
            "drop": 35,
            "refuse": 45,
            "break": 35,
            "internal": 20,
            "swallow": 35,
            "swallow-done": 35,
            "repeat": 20,
            "reference": 20,
        }.items()
    },
    "telegram: flood": Kind(telegram.flood, 12),
    "telegram: away": Kind(telegram.away, 7, alone=True),
    "telegram: sign-in gone": Kind(telegram.revoked, 4),
    "restore": Kind(operator.restored, 2, alone=True),
    "upgrade": Kind(operator.upgraded, 2),
}
#: What happens at a Telegram that is not the one we know, where only its habits are tried.
ODD: dict[str, int] = {
    "kill worker": 8,
    "kill bot": 8,
    "kill nursery": 1,
    "kill keeper": 1,
}
SHARES = {name: kind.share for name, kind in KINDS.items()}
