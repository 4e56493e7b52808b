"""How the bot runs, as admins decide it: its mode, and which hosts and sites it serves.

`admin_set` imports `mode_page`, `host_pages` and `sites_pages`.
"""
