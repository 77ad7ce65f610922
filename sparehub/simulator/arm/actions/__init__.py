"""Actions of resources: POST requests that do not write it, and reads that compute."""
