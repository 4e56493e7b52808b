"""The system as owners see it: the engine's versions, drain and restart, and lines of the logs.

`admin_set` imports the pages; the bot runs `order_reports` beside its board, which tells once how
an order ended that another process had done.
"""
