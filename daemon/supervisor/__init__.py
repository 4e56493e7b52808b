"""supervisord: its start, its control socket, and the events of its children's deaths.

The commands import `control`; supervisord starts `event_listener`.
"""
