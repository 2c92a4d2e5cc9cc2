"""The page at `/`: a client of the registry in the browser's own words.

It stands beside the protocols. It knows Flask, the registry and the names of functions; it imports no
subject and no storage. What the page shows is asked of the registry with the token behind the cookie, so
it sees what that token may see and nothing else. It never calls a function that writes.
"""
