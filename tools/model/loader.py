"""The data process: makes groups of crops and runs the frozen backbone on them (OpenVINO, bf16), so that the trainer
only trains.
"""

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset


class Groups(IterableDataset):
    """Endless batches; see `samples.pair` for the fields. `taps` replaces the pictures: five fp16 tensors [2n, c, s,
    s], views A first, then views B; `image` stays for pictures of the progress only when `keep_images`."""

    def __init__(self, paths: dict, size: int, seed: int, held_out: bool = False, keep_images: bool = False):
        self.paths, self.size, self.seed, self.held_out, self.keep_images = paths, size, seed, held_out, keep_images

    def __iter__(self):
        import cv2

        from .library import Library
        from .samples import pair
        from .taps import TapRunner

        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        library = Library(held_out=self.held_out, **self.paths)
        runner = TapRunner(self.paths["cache"])
        rng = np.random.default_rng(self.seed)
        made = 0
        while True:
            groups = [pair(rng, library) for _ in range(self.size)]
            image = np.concatenate([np.stack([group["image"][view] for group in groups]) for view in (0, 1)])
            batch = {name: np.stack([group[name] for group in groups]) for name in groups[0] if name != "image"}
            for name in ("target", "outside", "present", "prompts"):
                batch[name] = np.concatenate([batch[name][:, 0], batch[name][:, 1]])
            batch = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in batch.items()}
            batch["taps"] = [torch.from_numpy(tap) for tap in runner(image)]
            if self.keep_images:
                batch["image"] = torch.from_numpy(image)
            yield batch
            made += 1
            if made % 200 == 0 and not self.held_out:
                library.reload_renders()


def loader(dataset: Groups, ahead: int = 4) -> DataLoader:
    return DataLoader(dataset, batch_size=None, num_workers=1, prefetch_factor=ahead, multiprocessing_context="spawn")
