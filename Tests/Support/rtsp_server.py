#!/usr/bin/python3
"""An RTSP camera for tests: plays H.264 or H.265 files without encoding, by GStreamer's RTSP server.

usage: rtsp_server.py [--port N] [--once] [--wait] [--user NAME --password WORD] name=file.mp4 [name=file.mp4 ...]

Listens on 127.0.0.1; port 0 takes a free one. Prints "ready PORT" when it can be connected to, and "playing NAME" when the
first client has started a stream. All clients of a name share one time line, which begins at the first client.

By default a file is played in a loop. With --once it is played once and its last group of pictures is then repeated for
ever, so that the last scene stays: end the file with a still scene (the group's length is the key-frame interval).
With --wait each stream repeats its first group of pictures until a line arrives on standard input, and goes on from there:
what happens in the file happens when whoever watches is ready for it. Begin the file with a still scene.
"""
import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

CODECS = {"video/x-h264": ("h264parse", "rtph264pay"), "video/x-h265": ("h265parse", "rtph265pay")}


def say(text):
    print(text, flush=True)


def codec_of(path):
    """The caps name of the file's video."""
    pipeline = Gst.parse_launch("filesrc name=file ! qtdemux name=d d.video_0 ! fakesink name=out num-buffers=1")
    pipeline.get_by_name("file").set_property("location", path)
    pipeline.set_state(Gst.State.PAUSED)
    pipeline.get_state(60 * Gst.SECOND)
    caps = pipeline.get_by_name("out").get_static_pad("sink").get_current_caps()
    pipeline.set_state(Gst.State.NULL)
    name = caps.get_structure(0).get_name() if caps else None
    if name not in CODECS:
        sys.exit(f"{path}: no H.264 or H.265 video in an MP4 file")
    return name


def access_units(path, codec):
    """The file's pictures: (bytes, pts, dts, duration, is key frame) in coding order, times in ns from 0."""
    parser, _ = CODECS[codec]
    pipeline = Gst.parse_launch(
        f"filesrc name=file ! qtdemux ! {parser} config-interval=-1 ! "
        f"{codec},stream-format=byte-stream,alignment=au ! appsink name=sink sync=false"
    )
    pipeline.get_by_name("file").set_property("location", path)
    pipeline.set_state(Gst.State.PLAYING)
    sink = pipeline.get_by_name("sink")
    units = []
    while (sample := sink.emit("pull-sample")) is not None:
        buffer = sample.get_buffer()
        key = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
        units.append([buffer.extract_dup(0, buffer.get_size()), buffer.pts, buffer.dts, buffer.duration, key])
    pipeline.set_state(Gst.State.NULL)
    if not units:
        sys.exit(f"{path}: no pictures")
    # The parser may leave out duration or dts.
    times = sorted(unit[1] for unit in units)
    step = (times[-1] - times[0]) // max(1, len(times) - 1) or Gst.SECOND // 15
    origin = min(min(unit[1], unit[2] if unit[2] != Gst.CLOCK_TIME_NONE else unit[1]) for unit in units)
    for unit in units:
        unit[2] = (unit[2] if unit[2] != Gst.CLOCK_TIME_NONE else unit[1]) - origin
        unit[1] -= origin
        unit[3] = step
    return units, step


class Camera(GstRtspServer.RTSPMediaFactory):
    def __init__(self, name, path, once, waits):
        super().__init__()
        self.name = name
        codec = codec_of(path)
        self.units, self.step = access_units(path, codec)
        parser, payloader = CODECS[codec]
        self.loop_from = 0
        keys = [i for i, unit in enumerate(self.units) if unit[4]]
        if once:
            self.loop_from = keys[-1]
        # The first picture after the first group; where a waiting stream turns back.
        self.waits_at = keys[1] if waits and len(keys) > 1 else None
        self.set_launch(
            f"( appsrc name=source is-live=true format=time do-timestamp=false caps={codec},"
            f"stream-format=byte-stream,alignment=au ! {parser} ! {payloader} name=pay0 pt=96 config-interval=-1 )"
        )
        self.set_shared(True)
        self.connect("media-configure", self.configure)

    def configure(self, _factory, media):
        self.index, self.shift = 0, 0
        media.get_element().get_by_name("source").connect("need-data", self.feed)
        say(f"playing {self.name}")

    def feed(self, source, _length):
        data, pts, dts, duration, _ = self.units[self.index]
        buffer = Gst.Buffer.new_wrapped(data)
        buffer.pts, buffer.dts, buffer.duration = pts + self.shift, dts + self.shift, duration
        source.emit("push-buffer", buffer)
        self.index += 1
        if self.index == self.waits_at:
            self.repeat(0)
        elif self.index == len(self.units):
            self.repeat(self.loop_from)

    def repeat(self, begin):
        """Goes on with the picture at `begin`, at the time at which the next one would have come."""
        self.shift += self.units[self.index - 1][2] + self.step - self.units[begin][2]
        self.index = begin


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--once", action="store_true")
    arguments.add_argument("--wait", action="store_true")
    arguments.add_argument("--user")
    arguments.add_argument("--password")
    arguments.add_argument("streams", nargs="+", metavar="name=file")
    options = arguments.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options.port))
    if options.user:
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.set_supported_methods(2)  # GST_RTSP_AUTH_DIGEST
        auth.add_digest(options.user, options.password or "", token)
        server.set_auth(auth)
    cameras = []
    for stream in options.streams:
        name, _, path = stream.partition("=")
        camera = Camera(name, path, options.once, options.wait)
        cameras.append(camera)
        if options.user:
            permissions = GstRtspServer.RTSPPermissions()
            for permission in ("media.factory.access", "media.factory.construct"):
                permissions.add_permission_for_role("viewer", permission, True)
            camera.set_permissions(permissions)
        server.get_mount_points().add_factory("/" + name, camera)
    if not server.attach(None):
        sys.exit(f"port {options.port} is taken")

    def go_on(*_):
        sys.stdin.readline()
        for camera in cameras:
            camera.waits_at = None
        return False

    if options.wait:
        GLib.io_add_watch(sys.stdin, GLib.IO_IN, go_on)
    say(f"ready {server.get_bound_port()}")
    GLib.MainLoop().run()


main()
