"""Actions of resources: POST requests that are no write, and reads that compute."""
