"""The parts of the Codes panel."""
