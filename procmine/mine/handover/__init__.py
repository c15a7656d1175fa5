"""Handover: who hands over to whom, as a network."""
