"""The WSGI callable for gunicorn: `gunicorn -c config/gunicorn.conf.py wsgi:app`."""

from app.factory import create_app

app = create_app()
