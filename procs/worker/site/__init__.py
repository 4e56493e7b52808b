"""May a job visit its site now, by which way, and what did the visit show?

The jobs and `settlement` import it.
"""
