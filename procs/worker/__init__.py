"""A worker process: claims jobs, runs them, and settles them.

Run as a program (`python -m procs.worker`); nobody imports it.
"""
