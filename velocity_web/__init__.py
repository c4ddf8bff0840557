"""The REST service of Velocity: Falcon on waitress, with Pony."""
