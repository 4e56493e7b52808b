"""Streams of a media while they come: merged with each other, gone on with behind their pieces.

Only the child imports it.
"""
