"""Routing rules that a team already has, read into playbook rows.

When do you need to touch this? When another kind of rule file should be read, or a field should be understood.
"""
