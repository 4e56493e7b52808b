"""Log files as readers see them: entries with their instants, in logfmt or JSON lines.

`procs.bot.admin.system` and `daemon.logs` import `log_entries`.
"""
