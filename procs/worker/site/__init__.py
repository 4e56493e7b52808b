"""Admission to a site: whether a job may visit it now, by which way, with what result.

The jobs and `settlement` import it.
"""
