"""What a worker does for a job, by kind: this package has one module for each kind, which carries a
lease to its end, and what only these modules share.

Others import the one function of a kind (`fetch.fetch`), which takes the worker's tools and a
lease; its steps, its folder and its order to the engine are nobody else's. A failure leaves as an
exception, of which the worker makes what becomes of the job.
"""
