"""Statistics: numbers in, numbers out; knows nothing of logs, metrics or job centres."""
