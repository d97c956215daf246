"""The subcommands of `takht`, one module each.

A module imports what it needs inside its function, so that `takht --help` answers at once.
"""
