"""What backups need of the store: the invariants by which one is judged, and what one would lose.

`procs.backups` and the commands about backups import its modules.
"""
