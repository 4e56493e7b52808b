"""The answers of commands that read, as JSON for programs: fields keep their names.

`daemon.registry` imports `json_text`, and the modules with the facts of each command.
"""
