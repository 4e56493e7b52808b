"""Files on their way to Telegram, in parts over several connections.

`delivery` imports `uploader`, workers import `stream`.
"""
