"""Times: text and numbers become UTC instants and local days, by declared order and zone."""
