"""Health, metrics and logs: what those see who run the service."""
