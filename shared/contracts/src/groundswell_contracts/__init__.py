"""The events of Groundswell, their topics and wire form: all that an integrator installs."""
