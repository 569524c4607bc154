"""One module a command, or a family of commands; each imports what it needs inside its function."""
