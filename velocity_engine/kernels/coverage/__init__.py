"""Line segments become coverage of pixels, and coverage is painted."""
