"""The answers of sites as a job reads them: bounded in size, and known to be whole.

Others import `AnswerReader`, and what `media_list` says of a list of pieces.
"""
