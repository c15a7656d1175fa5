"""Maps: processes, handovers, norms and differences as SVG, with their words, legends and tables."""
