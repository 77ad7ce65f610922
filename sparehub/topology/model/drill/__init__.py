"""The test networks of a drill, and that nothing can leave them."""
