"""Messages between a worker and the engine, and their decoder.

Every room of the engine imports it; workers import `messages`.
"""
