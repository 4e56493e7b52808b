"""Uploads measured: our part sender beside the library's own, against a Telegram that keeps
nothing."""
