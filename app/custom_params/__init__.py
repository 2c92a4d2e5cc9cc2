"""LTI custom parameters: text <-> structure, what is wrong in them, and what the site allows.

Plain modules without I/O; `functions.py` declares, `store.py` is the only module with SQLAlchemy.
"""
