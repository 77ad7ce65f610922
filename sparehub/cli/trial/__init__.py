"""`sparehub trial`: a throw-away pair in a real subscription, recorded, compared and removed."""
