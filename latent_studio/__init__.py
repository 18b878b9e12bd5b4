"""Latent Studio: open or train a generative model and live in its latent space."""

__version__ = "0.1.0"
