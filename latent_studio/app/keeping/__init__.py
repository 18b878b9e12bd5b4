"""Keeping codes: pictures taken away with where they come from, models found again, the strip of favourites."""
