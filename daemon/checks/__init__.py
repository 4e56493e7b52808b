"""What `chapar check` examines before anything starts.

`daemon.registry` imports `check`.
"""
