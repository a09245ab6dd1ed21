"""Courses: transcripts read once, in the shape in which they are counted and measured."""
