"""The case workflow on an engine that skips time, with scripted activities."""
