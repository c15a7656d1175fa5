"""procmine beside its peers on the same log."""
