"""u2netp, a network that finds what stands out, cropped around a click."""

import importlib.util
import pathlib

import cv2
import numpy as np

SIDE = 320
# Side of the crop as a part of the picture's longer side: the best of 0.3, 0.5, 0.7 and 1 on the training photos.
SHARE = 0.7


class Saliency:
    """`mask(image, point)`: the click's connected part of what stands out in the crop."""

    def __init__(self, share: float = SHARE):
        import onnxruntime

        # The package is only a carrier of the file; importing it would need its dependencies.
        path = pathlib.Path(importlib.util.find_spec("rembg").origin).with_name("u2netp.onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        self.input, self.share = self.session.get_inputs()[0].name, share

    def mask(self, image, point):
        """Bool mask of the RGB picture [h,w,3] for a click (x, y)."""
        height, width = image.shape[:2]
        side = max(32, int(self.share * max(height, width)))
        x0 = int(np.clip(point[0] - side / 2, 0, max(0, width - side)))
        y0 = int(np.clip(point[1] - side / 2, 0, max(0, height - side)))
        cut = image[y0 : y0 + side, x0 : x0 + side]
        small = cv2.resize(cut, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        small = (small / max(small.max(), 1e-6) - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
        out = self.session.run(None, {self.input: np.float32(small.transpose(2, 0, 1)[None])})[0][0, 0]
        out = (out - out.min()) / max(float(out.max() - out.min()), 1e-6)
        found = (cv2.resize(out, cut.shape[1::-1]) > 0.5).astype(np.uint8)
        _, parts = cv2.connectedComponents(found)
        chosen = parts[min(int(point[1]) - y0, cut.shape[0] - 1), min(int(point[0]) - x0, cut.shape[1] - 1)]
        mask = np.zeros((height, width), bool)
        mask[y0 : y0 + side, x0 : x0 + side] = (parts == chosen) if chosen else found > 0
        return mask
