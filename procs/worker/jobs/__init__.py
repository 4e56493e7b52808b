"""The kinds of jobs besides a download, and what the steps of a download share.

`running_jobs` imports `look`, `deliver` and `site_trial`; `fetch` and the steps import the rest.
"""
