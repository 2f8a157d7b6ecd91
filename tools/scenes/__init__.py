"""Seeded generator of labelled fixed-camera warehouse clips (MuJoCo physics and software OpenGL)."""
import os

# Before anything imports mujoco or numpy. One thread each: clips are rendered side by side, and threads that wait for
# each other on a busy machine cost far more than they bring.
for _name, _value in (("MUJOCO_GL", "osmesa"), ("LP_NUM_THREADS", "0"), ("OPENBLAS_NUM_THREADS", "1")):
    os.environ.setdefault(_name, _value)
