"""Which machine this is, where several share a database, and to which boot of it a process counts.

A process is told both once, as it opens the database; whoever writes a row about a machine or a
process asks here, or the clock.
"""
