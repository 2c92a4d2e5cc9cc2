"""The lticontainer companion: notebook records and container care for Moodle teachers.

Imports nothing, so that any part can be used without Flask.
"""

__version__ = "0.1.0"
