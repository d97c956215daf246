"""What `takht doctor` looks at: whether everything that a run needs is there and works."""
