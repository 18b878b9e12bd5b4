"""Training: recipes, the generator that plays the game, checkpoints and run folders."""
