"""The report: what is read of the results, charts of it, sounds beside it, one page."""
