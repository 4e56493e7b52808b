"""Delivery jobs: what a worker sends into a chat or an inline message, and how it is presented.

The table of `procs.worker.running_jobs` names `deliver`; nothing else imports from here.
"""
