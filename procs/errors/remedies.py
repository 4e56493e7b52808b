"""What a sysadmin can do about a class of failure, or another alert; nothing stands here for what
only a person, the site or time can mend.

This is the one home of their English words, which logs, commands and the chat show; the Persian
ones stand in the catalogue (`fix-<name>`).
"""

from procs import errors
from procs.errors import JobError, alert_kinds

#: Also what helps a database that cannot be written.
FREE_SPACE = "free space under CHAPAR_HOME"
ADVICE: dict[type[JobError], str] = {
    errors.BotCheck: "give the site another egress or cookies in sites.toml, or a lower rate",
    errors.SiteBusy: "lower the site's rate in sites.toml, or give it another egress",
    errors.LoginNeeded: "where it matters, give the site cookies in sites.toml",
    errors.GeoBlocked: "where it matters, give the site an egress in another country in sites.toml",
    errors.LeftAlone: "see chapar breakers, and what it says the site was left alone after",
    errors.SiteFiltered: "set CHAPAR_UPSTREAM_PROXY, or the site's egress in sites.toml",
    errors.ProxyBroken: "look at the proxy that CHAPAR_UPSTREAM_PROXY or sites.toml names",
    errors.ExtractorBroken: "chapar engine update; report the example if that does not help",
    errors.TokenMissing: "see what chapar doctor says of tokens, and chapar why JOB",
    errors.DiskFull: FREE_SPACE,
    errors.DiskTooSmall: "give CHAPAR_HOME a larger disk, or lower CHAPAR_MAX_FILE_SIZE",
    errors.EngineDied: "see the worker's log; the machine may be short of memory",
    errors.Quarantined: "see chapar why JOB; report the link",
    errors.UploadRefused: "see the worker's log for Telegram's word; report it with the method",
    errors.Unknown: "report the example; see the worker's log for its trace",
}
ALERT_ADVICE = {
    alert_kinds.REVOKED: "see that no other process uses it, then remove its file under sessions/",
    alert_kinds.SIGN_IN: "nothing but wait: each restart with a new sign-in makes it longer",
    alert_kinds.UNCERTAIN: "see chapar why JOB; ask the person whether it came",
    alert_kinds.ENDING: "export the cookies anew and send the file to the bot, or put it in place",
    alert_kinds.REFUSED: "export the cookies anew and send the file to the bot, or put it in place",
    alert_kinds.SPONSOR_LOST: "make the bot an admin of that chat again, or remove the sponsor",
    alert_kinds.SPONSOR_UNSURE: "nothing while it passes; /sponsor says what holds meanwhile",
    alert_kinds.NO_BACKUP: "take one by hand, which says what is wrong: chapar backup now",
    alert_kinds.MODE: "see chapar mode and chapar status; it goes back by itself when that is over",
    alert_kinds.DRILL: "keep the file apart, and take another: chapar backup now",
    alert_kinds.UNCOPIED: "see what the command of CHAPAR_BACKUP_COMMAND says: chapar backup now",
    alert_kinds.EGRESS_OPEN: "see what of the jail this kernel lacks: chapar check",
    alert_kinds.MACHINE_LOST: "look at that machine and its network; the others carry its jobs",
    alert_kinds.BOT_MOVED: "look at that machine's way to Telegram; it may be the bot again then",
    alert_kinds.HUNG: "see the worker's log; a disk or a kernel that hangs does this too",
    alert_kinds.ROLLED_BACK: "nothing now; a later version is tried by itself",
    alert_kinds.DATABASE_UNUSABLE: "do what it says; with a backup: chapar restore FILE",
    alert_kinds.DATABASE_LOCKED: "end the program that has it open: fuser -v CHAPAR_HOME/chapar.db",
    alert_kinds.DATABASE_LOG: "end what reads the database for long: a backup tool, a shell",
    alert_kinds.DISK_SHARE: f"{FREE_SPACE}; see what grew: du -x CHAPAR_HOME",
    alert_kinds.DISK_FORECAST: "see what grows: du -x CHAPAR_HOME",
    alert_kinds.MEMORY: "lower CHAPAR_MAX_CONCURRENT_DOWNLOADS or CHAPAR_MEMORY_CEILING",
    alert_kinds.SLOW: "see the load, and whether Telegram asks for waits: chapar status",
    alert_kinds.QUEUE_OLD: "see chapar jobs; raise CHAPAR_MAX_CONCURRENT_DOWNLOADS where it can",
    alert_kinds.WORKERS_DOWN: "see chapar status, then the worker's log under CHAPAR_HOME/logs",
    alert_kinds.RESTART_STORM: "see the last lines of the logs under CHAPAR_HOME/logs",
    alert_kinds.PROCESS_DOWN: "see its log under CHAPAR_HOME/logs, then: chapar stop, chapar up",
    alert_kinds.DEAF_BOT: "see that this machine reaches Telegram, TCP port 443; then bot.log",
    alert_kinds.BREAKER_STORM: "see chapar breakers; is the server blocked, or the network down?",
    alert_kinds.SNAPSHOT: "end what holds it: pg_terminate_backend, or drop the replication slot",
    alert_kinds.CLOCK: "let the machine's clock be set: timedatectl set-ntp true",
    alert_kinds.CERTIFICATE: "renew the certificate of that server",
    alert_kinds.TURNED_LINK: "chapar engine update; then chapar doctor, and sites.toml",
    alert_kinds.LOW: f"{FREE_SPACE}, or lower CHAPAR_DISK_FLOOR",
}
#: About an admin who cannot be told of any.
DEAF = "this admin must write /start to the bot, or unblock it"
BY_NAME = ALERT_ADVICE | {kind().name: words for kind, words in ADVICE.items()}


def of(name: str) -> str | None:
    """What to do about a class of failure, or another alert, by its name (`bot-check`)."""
    return BY_NAME.get(name)
