"""Who is judged, and for what: targets, checks, the runner and its command line."""
