"""What the service says of itself to its callers."""
