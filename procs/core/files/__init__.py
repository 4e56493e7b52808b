"""Files that processes share outside of the database.

They can be written and read just when the database cannot. Processes that notice something import
`event_file`, and the monitor reads it; `close_watch` wakes who waits for a lock of another process;
`boot_identity` reads in supervisord's lock to which boot its processes count themselves.
"""
