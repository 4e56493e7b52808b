"""The table of settings: how each is read, what holds without it, and which change at run time."""

from functools import partial

from procs.config import address_values, backup_values, chat_values, rulebook, values
from procs.config.setting_sources import Setting
from procs.core import log
from procs.core.machine import machine_name
from procs.core.machine.machine_name import ROLES

#: The pages on which admins change settings at run time.
LIMITS, MEDIA, DAILY, TEXTS, FOLLOWED = "limits", "media", "day", "texts", "follows"
LIVE_PAGES = (LIMITS, MEDIA, DAILY, TEXTS, FOLLOWED)

#: Requests and bytes that one person is sent in a day, by what they are to the bot; 0 for no end.
DAY_QUOTAS = tuple(
    Setting(f"CHAPAR_{whose}{what}_PER_DAY", parse, lambda texts: "0", live=DAILY)
    for whose in ("", "MEMBER_", "ADMIN_")
    for what, parse in (
        ("REQUESTS", partial(values.whole, least=0)),
        ("BYTES", partial(values.size, least=0)),
    )
)
#: What the operator says in place of our own words, in each language.
CHAT_TEXTS = tuple(
    Setting(f"CHAPAR_TEXT_{what}_{language}", chat_values.words, absent="", live=TEXTS)
    for what in ("START", "HELP", "WAITING")
    for language in ("EN", "FA")
)
TABLE = (
    Setting(
        "CHAPAR_API_ID",
        values.api_id,
        absent=0,
        wanted="copy api_id from https://my.telegram.org/apps",
    ),
    Setting(
        "CHAPAR_API_HASH",
        values.api_hash,
        absent="",
        wanted="copy api_hash from https://my.telegram.org/apps",
        secret=True,
    ),
    Setting(
        "CHAPAR_BOT_TOKEN",
        values.token,
        absent="",
        wanted="make a bot with @BotFather and copy its token",
        secret=True,
    ),
    Setting("CHAPAR_ADMINS", values.users, absent=()),
    Setting("CHAPAR_HOME", values.home, lambda texts: "~/.local/share/chapar"),
    Setting(
        "CHAPAR_DATABASE_URL",
        address_values.database,
        lambda texts: values.database_in(values.absolute(texts["CHAPAR_HOME"])),
    ),
    Setting("CHAPAR_DATABASE_DIRECT_URL", address_values.database_past_pooler, absent=""),
    Setting("CHAPAR_MACHINE", address_values.machine, lambda texts: machine_name.proposed()),
    Setting("CHAPAR_ROLES", address_values.roles, lambda texts: ",".join(ROLES)),
    Setting(
        "CHAPAR_WORKERS",
        partial(values.whole, most=values.MOST_WORKERS),
        lambda texts: str(values.cores()),
    ),
    Setting("CHAPAR_MAX_CONCURRENT_DOWNLOADS", partial(values.whole, most=4096), values.downloads),
    Setting(
        "CHAPAR_MAX_DOWNLOADS_IN_ALL",
        partial(values.whole, least=0, most=100_000),
        lambda texts: "0",
        live=LIMITS,
    ),
    Setting(
        "CHAPAR_MAX_DOWNLOADS_PER_USER",
        partial(values.whole, most=1000),
        lambda texts: "2",
        live=LIMITS,
    ),
    Setting(
        "CHAPAR_MAX_OPEN_REQUESTS",
        partial(values.whole, least=0, most=100_000),
        lambda texts: "100",
        live=LIMITS,
    ),
    Setting(
        "CHAPAR_MAX_OPEN_REQUESTS_PER_GROUP",
        partial(values.whole, least=0, most=100_000),
        lambda texts: "200",
        live=LIMITS,
    ),
    Setting(
        "CHAPAR_MESSAGES_PER_MINUTE",
        partial(values.whole, least=0, most=10_000),
        lambda texts: "20",
        live=LIMITS,
    ),
    *DAY_QUOTAS,
    *CHAT_TEXTS,
    Setting("CHAPAR_SUPPORT", chat_values.contact, absent="", live=TEXTS),
    Setting("CHAPAR_REPLY_KEYBOARD", chat_values.switch, lambda texts: "off", live=TEXTS),
    Setting("CHAPAR_BROADCAST_NIGHT", chat_values.night, lambda texts: "23-8"),
    Setting("CHAPAR_RECYCLE_AFTER", values.whole, lambda texts: "200"),
    Setting("CHAPAR_MEMORY_CEILING", values.ceiling, lambda texts: "512MiB"),
    Setting("CHAPAR_MAX_FILE_SIZE", values.file_size, lambda texts: "2000MiB", live=MEDIA),
    Setting("CHAPAR_MAX_PARTS", partial(values.whole, most=100), lambda texts: "5", live=MEDIA),
    Setting("CHAPAR_STREAM_FROM", chat_values.early, absent=0, live=MEDIA),
    Setting("CHAPAR_CATCH_UP", values.seconds, lambda texts: "86400"),
    Setting(
        "CHAPAR_DISK_FLOOR",
        partial(values.size, least=values.SIZE_SUFFIXES["MIB"]),
        lambda texts: "1GiB",
    ),
    Setting("CHAPAR_BALLAST_SIZE", values.size, lambda texts: "64MiB"),
    Setting("CHAPAR_MAX_PLAYLIST", chat_values.entries, lambda texts: "50", live=LIMITS),
    Setting("CHAPAR_REENCODE", chat_values.encoding, lambda texts: "off", live=MEDIA),
    Setting("CHAPAR_LIVE_MINUTES", chat_values.minutes, lambda texts: "0", live=MEDIA),
    Setting(
        "CHAPAR_SPONSORBLOCK", address_values.service, lambda texts: "https://sponsor.ajay.app"
    ),
    Setting("CHAPAR_GALLERY_SITES", address_values.softwares, absent=()),
    Setting("CHAPAR_SEARCH", chat_values.search, absent=(), live=MEDIA),
    Setting("CHAPAR_FOLLOWS", chat_values.follows, lambda texts: "20", live=FOLLOWED),
    Setting("CHAPAR_FOLLOWED_SOURCES", values.whole, lambda texts: "1000", live=FOLLOWED),
    Setting("CHAPAR_FOLLOW_INTERVAL", chat_values.interval, lambda texts: "30m", live=FOLLOWED),
    Setting("CHAPAR_TELEGRAM_SERVER", address_values.server),
    Setting("CHAPAR_TELEGRAM_SERVER_KEY", address_values.key, absent=""),
    Setting("CHAPAR_ALLOWED_NETWORKS", address_values.networks, absent=()),
    Setting("CHAPAR_ALLOWED_PORTS", address_values.ports, lambda texts: "80,443"),
    Setting("CHAPAR_UPSTREAM_PROXY", address_values.proxy, absent="", secret=True),
    Setting("CHAPAR_SITES", str, lambda texts: rulebook.usual(texts["CHAPAR_HOME"])),
    Setting("CHAPAR_ENGINE_UPDATE", values.update, lambda texts: "notify"),
    Setting("CHAPAR_ENGINE_SMOKE_URLS", address_values.urls, absent=()),
    Setting("CHAPAR_BACKUP_FOLDER", backup_values.folder, backup_values.usual_folder),
    Setting("CHAPAR_BACKUP_INTERVAL", backup_values.interval, lambda texts: "1h"),
    Setting("CHAPAR_BACKUP_KEEP", backup_values.kept, lambda texts: "24+7+4"),
    Setting("CHAPAR_BACKUP_KEY_FILE", backup_values.key_file),
    Setting("CHAPAR_BACKUP_COMMAND", backup_values.command, absent=""),
    Setting("CHAPAR_DRAIN_GRACE", partial(values.seconds, most=values.HOUR), lambda texts: "60"),
    Setting("CHAPAR_LOG_LEVEL", values.level, lambda texts: "INFO"),
    Setting("CHAPAR_LOG_FORM", log.form, lambda texts: "logfmt files"),
    Setting("CHAPAR_METRICS", address_values.endpoint, values.metrics_socket),
    Setting("CHAPAR_METRICS_TEXTFILE", address_values.folder),
    Setting("CHAPAR_ALERT_WEBHOOK", address_values.page, absent="", secret=True),
    Setting("CHAPAR_ALERT_MAIL", address_values.mailbox, absent="", secret=True),
    Setting("CHAPAR_HEARTBEAT_URL", address_values.page, absent="", secret=True),
)
NAMES = tuple(setting.name for setting in TABLE)
SECRETS = tuple(setting.name for setting in TABLE if setting.secret)
#: The settings that admins change at run time, by their fields.
LIVE = {setting.field: setting for setting in TABLE if setting.live}
