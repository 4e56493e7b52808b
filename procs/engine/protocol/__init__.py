"""What travels between a worker and the engine, and how it is read.

Every room of the engine imports it; workers import `messages`.
"""
