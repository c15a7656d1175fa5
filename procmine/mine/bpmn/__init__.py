"""BPMN: a drawn process read as a norm, and a log held against it."""
