"""The eval suite: cases with expected behaviour, played through the production steps and judged.

When do you need to touch this? When the product may do something new, or must never do something again. A new case is
data (`evals/cases/<family>.yaml`); a new kind of expectation is a field of `cases.Expected` and a judge.
"""
