"""`chapar logs`: the lines of all processes in the order of time, those before and those to come.

`daemon.operator_registry` imports `log_report`.
"""
