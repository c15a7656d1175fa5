"""Mining: counts from the log store, models, their fit and their exchange formats; the only room that knows pm4py."""
