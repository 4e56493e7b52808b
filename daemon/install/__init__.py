"""First settings and new ones, and upgrades.

The commands import `first_settings`, `reload_settings`, `upgrade` and `whole_upgrade`.
"""
