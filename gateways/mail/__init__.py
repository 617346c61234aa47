"""Outgoing e-mail. Touch this to change how a message is handed over, or how the demo catches it."""
