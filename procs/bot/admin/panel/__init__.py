"""The panel of admins: its first page, who has which role, the audit log, and all put together.

The intake imports `admin_set`, which adds every part that admins use to the table of actions; a new
part is one line there. Nothing else of this room is imported from outside.
"""
