"""The log of changes on other machines and of acts of privacy: who, for whom, what, where, with what result.

`entry.py` and `persons.py` are plain rules, `trail.py` writes intent and result around an act, `store.py` and
`forgetting.py` are the only modules with SQLAlchemy. Subjects are handed a `Trail` by the factory.
"""
