"""The command `takht`."""
