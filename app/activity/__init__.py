"""What a class is doing: charts, progress, executions taken away, and who may have them.

`functions.py` (charts and progress) and the other `*_functions.py` declare; `store.py` and the other
`*_store.py` are the only ones with SQLAlchemy; all else is plain rules without I/O. No Flask, no protocol.
"""
