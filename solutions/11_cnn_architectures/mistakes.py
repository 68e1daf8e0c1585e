"""Wrong answers. Each docstring finishes the sentence “your answers are what one gets when”."""
