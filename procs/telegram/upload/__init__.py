"""Uploads of files to Telegram, in parts over several connections.

`delivery` imports `uploader`, workers import `stream`.
"""
