"""Searches: what a site found for some words, kept for minutes, and the requests that show it.

The bot's `search` and `inline` rooms and the worker's looks import both modules.
"""
