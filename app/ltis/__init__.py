"""LTI activities: which course and instance each one belongs to.

`functions.py` declares, `store.py` is the only module with SQLAlchemy.
"""
