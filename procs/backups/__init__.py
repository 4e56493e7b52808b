"""Backups: one file with the database, the sign-ins, `sites.toml` and the cookies of sites, each
verified by restoring it to a scratch folder before it counts.

The commands about backups and the keeper import `backup_store`, `backup_taker`, `backup_check`,
`retention` and `restoration`; `python -m procs.backups` is the process that takes one by schedule.
"""
