"""supervisord: its start, its socket, and what it tells of deaths.

The commands import `control`; supervisord starts `event_listener`.
"""
