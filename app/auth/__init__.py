"""From a token to a caller, and what that caller may do.

Knows neither a protocol nor a subject. `caller.py` and `activity_tokens.py` are plain rules;
`store.py` is the only module with SQLAlchemy; `authenticator.py` puts them together.
"""
