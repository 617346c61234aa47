"""Measures the matcher on labelled sets that others made: `python -m evals.identity --data DIR`.

When do you need to touch this? When a set is added, or a weight in `domain/identity_scoring.py` has changed: run it
and commit the report with the change.
"""
