"""Tables, connections and transactions, for SQLite and for MariaDB or MySQL alike.

Knows no subject and no protocol. Subjects get a :class:`app.storage.database.Database` from the factory.
"""
