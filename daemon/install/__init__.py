"""First settings, the files that come with the program, and upgrades.

The commands import `package_files` and `first_settings`.
"""
