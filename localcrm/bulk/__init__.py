"""Bulk API 2.0: jobs that load or export many rows as CSV.

When do you need to touch this? When a client asks for another operation or answer of `/jobs/ingest` or `/jobs/query`.
"""
