"""What a worker process owns: its slot and post, its memory, the tools of its jobs.

The loop and the jobs import it.
"""
