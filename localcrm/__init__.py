"""An embedded CRM server that answers the Salesforce REST API from SQLite.

When do you need to touch this? When a client sees something here that a real org would answer
differently, or when a process needs another object or field (see `objects/`).
"""
