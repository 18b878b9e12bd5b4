"""The data's encodings over the map: dots, legend, card, lasso."""
