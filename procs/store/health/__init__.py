"""Health of the system: alerts, notifications, failures, workers, engines, disks.

Every process imports its modules.
"""
