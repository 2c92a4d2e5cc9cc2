"""The log of changes on other machines: who, on whose behalf, what, where, with what result.

`entry.py` is plain rules, `trail.py` writes intent and result around an act, `store.py` is the only
module with SQLAlchemy. Subjects are handed a `Trail` by the factory.
"""
