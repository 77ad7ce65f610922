"""Reading and writing files: bounded YAML and JSON, edits in place, private files."""
