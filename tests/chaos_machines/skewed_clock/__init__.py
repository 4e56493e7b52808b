"""What a machine of a storm has in its PYTHONPATH: Python imports `sitecustomize` at its start."""
