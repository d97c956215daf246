"""Which parts of a recording are evidence for its composer."""
