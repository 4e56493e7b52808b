"""Kinds of jobs besides a download, and what a download's steps stand on.

`running_jobs` imports `look`, `deliver` and `site_trial`; `fetch` and the steps import the rest.
"""
