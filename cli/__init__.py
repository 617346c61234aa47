"""The countersign command."""
