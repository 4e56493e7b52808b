"""A small real MTProto server for tests and the demo; see README.md beside this file."""
