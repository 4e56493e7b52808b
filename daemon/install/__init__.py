"""First settings and new ones, the files that come with the program, and upgrades.

The commands import `package_files`, `first_settings` and `reload_settings`.
"""
