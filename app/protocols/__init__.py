"""Bytes to calls and results to bytes, one module a protocol, and nothing else.

A protocol knows the registry and the error table. It imports no subject, names no function, and
leaves no step of a call out.
"""
