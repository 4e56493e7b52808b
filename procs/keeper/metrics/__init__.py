"""Metrics and health: what Prometheus scrapes, and whether Chapar lives and may serve.

The keeper starts the endpoint and writes the textfile; benches measure `exposition`.
"""
