"""What `chapar check` looks at before anything starts.

`daemon.registry` imports `check`.
"""
