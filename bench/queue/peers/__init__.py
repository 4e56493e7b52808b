"""Other queues with worker programs of their own. Each module has the app that its worker program
imports, and `enqueue(numbers)`; where their files or servers are, they learn by the environment.
"""
