"""Which parts of a recording spoke for its composer."""
