"""A worker process: it claims jobs, carries them, and settles them.

Run as a program (`python -m procs.worker`); nobody imports it.
"""
