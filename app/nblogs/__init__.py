"""Notebook records: what a record means, how it is stored, and what is done with one that can't be.

`functions.py` declares; `record.py`, `tags.py`, `dates.py`, `marks.py` and `plan.py` are plain rules
without I/O; `store.py` and `rejects.py` are the only ones with SQLAlchemy. No Flask, no protocol.
"""
