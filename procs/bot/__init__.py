"""The bot process: hears people, accepts their links, and tells them where their requests stand."""
