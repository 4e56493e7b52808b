"""The tour of an operator: from nothing to a system that was destroyed, restored and upgraded."""
