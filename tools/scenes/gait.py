"""Where a walker is over time: speed, stops, heading and gait phase along a path."""
import numpy as np


class Walk:
    """Where a walker is over time: a polyline walked with stops. `stops`: (distance, seconds, crouch?)."""

    def __init__(self, points, speed, stops=(), start_s=0.0, end_s=20.0, step=.01):
        points = np.asarray(points, float)
        lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
        s, v, phase, wait = 0.0, 0.0 if start_s > 0 else speed, .2, list(stops)
        rows, holding, t = [], 0.0, 0.0
        self.stop_times = []
        while t < end_s:
            gap = (wait[0][0] - s) if wait else lengths[-1] - s
            wanted = 0.0 if t < start_s or holding > 0 else min(speed, np.sqrt(max(0, 2 * .9 * gap)))
            v += np.clip(wanted - v, -1.8 * step, 1.3 * step)
            v = max(0.0, v)
            if wait and gap < .03 and holding <= 0:
                holding = wait[0][1]
                self.stop_times.append((t, t + holding))
            if holding > 0:
                holding -= step
                v = max(0.0, v - 1.5 * step)
                if holding <= 0:
                    wait.pop(0)
            s = min(s + v * step, lengths[-1])
            phase += (.65 + .28 * v) * step * min(1, v / .25)
            rows.append((t, s, v, phase))
            t += step
        self.rows = np.array(rows)
        self.points, self.lengths = points, lengths
        fine = np.linspace(0, lengths[-1], 400)
        xy = np.stack([np.interp(fine, lengths, points[:, k]) for k in (0, 1)], 1)
        kernel = np.ones(25) / 25
        padded = np.pad(xy, ((12, 12), (0, 0)), "reflect", reflect_type="odd")
        self.fine, self.xy = fine, np.stack([np.convolve(padded[:, k], kernel, "valid") for k in (0, 1)], 1)
        self.heading = np.unwrap(np.arctan2(*np.gradient(self.xy, axis=0).T[::-1]))

    def at(self, t):
        """(position, heading, phase, speed) at time t."""
        s, v, phase = (np.interp(t, self.rows[:, 0], self.rows[:, k]) for k in (1, 2, 3))
        position = np.array([np.interp(s, self.fine, self.xy[:, k]) for k in (0, 1)])
        return position, float(np.interp(s, self.fine, self.heading)), float(phase), float(v)
