"""Seeded generator of labelled fixed-camera warehouse clips (MuJoCo physics and software OpenGL)."""
