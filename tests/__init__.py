"""Chapar's tests. A package of its own name, since TgCrypto installs a top-level `tests` too."""
