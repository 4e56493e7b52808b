"""Files that processes share outside of the database.

They can be written and read just when the database cannot. Processes that notice something import
`event_file`, and the monitor reads it; `close_watch` wakes who waits for a lock of another process;
`rest_file` spares them queries; `boot_identity` says to which boot a process counts. A process that
must know whether its files still have their names asks their `settled_folder`.
"""
