"""The door to the CRM: Salesforce's REST API through simple-salesforce, and the guard in front of every write.

When do you need to touch this? When another record, field or kind of action has to be read or written
(`fields.py`, `plan.py`), or when what may be written changes (`guard.py`).
"""
