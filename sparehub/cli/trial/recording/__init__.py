"""What a trial writes down of its requests and answers, without secrets."""
