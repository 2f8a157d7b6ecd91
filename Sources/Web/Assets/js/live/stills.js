// Still pictures for cameras that don't play: one request at a time, so that they never hold up anything else.
import { request } from "../core/api.js";

const pauseMs = 1000;
/** A picture that hasn't changed for so long is asked for in every third round only. */
const quietSeconds = 30;

/** Goes round the tiles that `seen` gives until it is stopped. */
export function stills(seen, width = 480) {
  const abort = new AbortController();
  const addresses = new Map();
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const one = async (tile) => {
    try {
      const answer = await request(`/api/v1/cameras/${encodeURIComponent(tile.camera.id)}/snapshot.jpg?width=${width}`, { signal: abort.signal });
      const address = URL.createObjectURL(await answer.blob());
      tile.show(address);
      const old = addresses.get(tile);
      addresses.set(tile, address);
      if (old) setTimeout(() => URL.revokeObjectURL(old), 500);
    } catch { /* the next round tries again; the tile's state says what is wrong */ }
  };
  (async () => {
    for (let round = 0; !abort.signal.aborted; round += 1) {
      const began = performance.now();
      for (const tile of seen()) {
        if (abort.signal.aborted) break;
        if (tile.camera.state === "offline" || (tile.hasStill && round % 3 && tile.secondsStill > quietSeconds)) continue;
        await one(tile);
      }
      await pause(Math.max(200, pauseMs - (performance.now() - began)));
    }
    for (const address of addresses.values()) URL.revokeObjectURL(address);
  })();
  return () => abort.abort();
}
