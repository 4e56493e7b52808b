"""First settings and new ones, upgrades, and the manual page.

The commands import `first_settings`, `reload_settings`, `upgrade` and `whole_upgrade`.
"""
