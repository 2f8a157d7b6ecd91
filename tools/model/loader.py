"""The data process: makes groups of crops and runs the frozen backbone on them (OpenVINO), so that the trainer only
trains.
"""

import os

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info


class Groups(IterableDataset):
    """Endless batches; see `samples.group` for the fields, in which the first view of every group comes first, then the
    second of every group, and so on. `taps` replaces the pictures: five fp16 tensors [views * n, c, s, s]; `image` stays
    for pictures of the progress only when `keep_images`. `kinds` are (views, groups) of the batches, in turn."""

    def __init__(self, paths: dict, kinds, seed: int, held_out: bool = False, keep_images: bool = False):
        self.paths, self.kinds, self.seed, self.held_out, self.keep_images = paths, kinds, seed, held_out, keep_images

    def __iter__(self):
        import cv2

        from .library import Library
        from .samples import group
        from .taps import TapRunner

        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        library = Library(held_out=self.held_out, **self.paths)
        runner = TapRunner(self.paths["cache"])
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        made = 0
        while True:
            views, size = self.kinds[made % len(self.kinds)]
            groups = [group(rng, library, views) for _ in range(size)]
            image = np.concatenate([np.stack([one["image"][view] for one in groups]) for view in range(views)])
            batch = {name: np.stack([one[name] for one in groups]) for name in groups[0] if name != "image"}
            for name in ("target", "outside", "present", "prompts", "way", "has_memory"):
                batch[name] = np.concatenate([batch[name][:, view] for view in range(views)])
            batch = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in batch.items()}
            batch["taps"] = [torch.from_numpy(tap) for tap in runner(image)]
            if self.keep_images:
                batch["image"] = torch.from_numpy(image)
            yield batch
            made += 1
            if made % 200 == 0 and not self.held_out:
                library.reload_renders()


class Place:
    """Puts the loading process `index` on the processor core `cores[index]`; on another core than the first (the
    trainer's) it gives up the trainer's priority and scheduling group."""

    def __init__(self, cores):
        self.cores = cores

    def __call__(self, index: int) -> None:
        if self.cores[index] != self.cores[0]:
            os.setsid()
            os.setpriority(os.PRIO_PROCESS, 0, max(0, os.getpriority(os.PRIO_PROCESS, 0)))
        os.sched_setaffinity(0, {self.cores[index]})


def loader(dataset: Groups, ahead: int = 4, cores=None) -> DataLoader:
    """One loading process, or one for each of `cores`; with several the batches come in the order they get ready."""
    return DataLoader(
        dataset,
        batch_size=None,
        num_workers=len(cores or [0]),
        prefetch_factor=ahead,
        multiprocessing_context="spawn",
        worker_init_fn=Place(cores) if cores else None,
        in_order=not cores,
    )
