"""Backups: database, sign-ins, `sites.toml` and cookies in one file, verified before it counts.

The commands about backups and the keeper import `backup_store`, `backup_taker`, `backup_check`,
`retention` and `restoration`; `python -m procs.backups` is the process that takes one by schedule.
"""

#: Behind the name of a file that a restore has made and not put in place yet; and between the name
#: of one that it put aside and the instant of that.
RESTORED, BEFORE = ".restored", ".before-"
