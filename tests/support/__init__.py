"""What tests and benchmarks need from the outside: real servers, raw sockets, recorded requests."""
