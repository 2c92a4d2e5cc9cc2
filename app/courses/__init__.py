"""Courses as callers see them: their activities, and who belongs to them."""
