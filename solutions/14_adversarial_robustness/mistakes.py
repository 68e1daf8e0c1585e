"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""
