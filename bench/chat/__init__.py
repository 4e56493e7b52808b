"""What the chat costs those who talk to the bot: `make bench-chat`."""
