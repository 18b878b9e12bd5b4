"""The parts of the Explore panel."""
