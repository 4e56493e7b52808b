"""Backups: database, sign-ins, `sites.toml` and cookies in one file, verified before it counts.

The commands about backups and the keeper import `backup_store`, `backup_taker`, `backup_check`,
`retention` and `restoration`; `python -m procs.backups` is the process that takes one by schedule.
"""
