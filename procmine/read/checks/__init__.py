"""Checks: what event_logs/checks/ looks for in a log, and what the log can be used for."""
