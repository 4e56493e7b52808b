"""The steps of a fetch job, one module and one function each.

A step takes the job's context (`FetchJob`), does its part and leaves the result there. A step knows
no other step.

Only `procs/worker/fetch.py`, which puts them in order, imports them.
"""
