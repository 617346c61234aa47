"""Thin typed activity classes over the ports of the domain."""
