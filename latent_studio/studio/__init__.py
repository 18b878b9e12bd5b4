"""The application's state, without Qt and torch."""
