"""Rights: which permissions a plan needs, and who is given which role where."""
