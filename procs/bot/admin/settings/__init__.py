"""Settings that admins change from the chat, without a restart.

`admin_set` imports `settings_pages`. Which settings there are stands in
`procs/config/setting_table.py`, what makes a change hold everywhere in
`procs/config/live_settings.py`.
"""
