"""The typed, immutable model of a Lottie document. Nothing of JSON is seen past ``parse``."""
