"""Chapar's tests. A package of its own name, since TgCrypto installs a top-level `tests` too."""

from pathlib import Path

#: The checkout.
ROOT = Path(__file__).resolve().parents[1]
