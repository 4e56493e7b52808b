"""The queue as admins see it: what runs and waits, the story of a job, and failures in groups.

`admin_set` imports `queue_pages` (looks) and `job_acts` (cancel, retry, first in line).
"""
