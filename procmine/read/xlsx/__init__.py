"""XLSX: a sheet of a workbook becomes a raw all-text table; nothing is filled in or recalculated."""
