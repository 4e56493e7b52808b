"""A program that opens something when it is imported, and keeps it."""

import os

KEPT = open(os.devnull)  # noqa: SIM115
