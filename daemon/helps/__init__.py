"""What explains the commands elsewhere than on the terminal: the manual page, and completion.

`daemon.operator_registry` imports `completion` and `man_page`, `daemon.cli` imports `exit_codes`.
"""
