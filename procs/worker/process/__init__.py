"""What a worker process owns: slot, post, memory, and the context of its jobs.

The loop and the jobs import it.
"""
