"""Whether a file ends where its own container says: for those whose connection alone ended them.

Others import `whole_fetch`.
"""
