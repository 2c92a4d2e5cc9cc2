"""Moodle's side, for a service on Moodle's own database: its tables, tokens and courses.

`schema.py` has the facts of Moodle's tables. Nothing here changes a table of Moodle's; rows are written to the
four data tables of mod_lticontainer alone. The factory puts these parts in the place of the service's own.
"""
