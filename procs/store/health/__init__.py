"""How the system does: alerts and who was told, failures, workers, engines, disks, counters.

Every process imports its modules.
"""
