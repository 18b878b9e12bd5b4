"""A visit without a person: what is done in the real window, and what of it is worth a picture."""
