"""Features on disk, windows of them, and which windows each side of the split has."""
