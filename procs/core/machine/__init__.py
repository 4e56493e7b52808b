"""Which machine this is, where several share a database.

A process is told the name once, at its start; whoever writes a row about a machine asks here.
"""
