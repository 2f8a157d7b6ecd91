// Whether a picture moves, seen from a few small ones: enough to decide which cameras are worth a stream.

const width = 32, height = 18;
/** A pixel that changed by more than this of 255 is more than noise; so many such pixels are something that moves. */
const noise = 14, fewest = 4;

export class Motion {
  #context = null;
  #before = null;
  #movedAt = -Infinity;

  /** Takes what is shown now. @param {HTMLVideoElement|HTMLImageElement|HTMLCanvasElement} picture */
  look(picture, now = performance.now()) {
    if (!this.#context) {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      this.#context = canvas.getContext("2d", { willReadFrequently: true });
    }
    this.#context.drawImage(picture, 0, 0, width, height);
    const { data } = this.#context.getImageData(0, 0, width, height);
    const luma = new Uint8Array(width * height);
    for (let index = 0; index < luma.length; index += 1) luma[index] = (data[4 * index] * 77 + data[4 * index + 1] * 150 + data[4 * index + 2] * 29) >> 8;
    if (this.#before && changed(this.#before, luma) >= fewest) this.#movedAt = now;
    this.#before = luma;
  }

  /** Seconds since something last moved; Infinity while nothing has. */
  secondsStill(now = performance.now()) { return (now - this.#movedAt) / 1000; }
}

/** How many pixels differ by more than noise. */
export function changed(before, after) {
  let count = 0;
  for (let index = 0; index < after.length; index += 1) if (Math.abs(before[index] - after[index]) > noise) count += 1;
  return count;
}
