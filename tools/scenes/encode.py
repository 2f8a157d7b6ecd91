"""H.264 as an IP camera would send it: fixed GOP, bounded bit rate, some with B-frames. Uses the ffmpeg program."""
import subprocess


class Encoder:
    """Pipes RGB frames into ffmpeg."""

    def __init__(self, path, size, fps, kbps, gop_s, b_frames):
        command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}",
                   "-r", str(fps), "-i", "-", "-c:v", "libx264", "-preset", "medium", "-profile:v", "high",
                   "-b:v", f"{kbps}k", "-maxrate", f"{int(kbps * 1.25)}k", "-bufsize", f"{int(kbps * 1.6)}k",
                   "-g", str(max(1, round(gop_s * fps))), "-keyint_min", str(max(1, round(gop_s * fps))),
                   "-sc_threshold", "0", "-bf", str(b_frames), "-pix_fmt", "yuv420p", "-threads", "1",
                   "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
                   "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-movflags", "+faststart", str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)

    def add(self, frame):
        """One uint8 RGB frame."""
        self.process.stdin.write(frame.tobytes())

    def close(self):
        """Finishes the file."""
        self.process.stdin.close()
        if self.process.wait():
            raise RuntimeError("ffmpeg failed")
