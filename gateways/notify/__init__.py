"""Telling people where they are. Touch this to add a channel, or to change how one is spoken to."""
