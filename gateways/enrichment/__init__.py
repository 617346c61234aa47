"""Providers of facts about companies. Each is asked on its own, and says `unknown` rather than failing."""
