"""The store on a PostgreSQL server: cycles of many processes beside other queues, wake-ups, bloat,
a held snapshot, and a move of a million jobs."""
