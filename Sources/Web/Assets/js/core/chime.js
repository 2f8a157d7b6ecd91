// Two short tones for a new incident, where somebody wants to hear it. Kept in this browser.

const key = "aislewatch.sound";
let context = null;
let wanted = null;

export function isWanted() {
  if (wanted === null) { try { wanted = localStorage.getItem(key) === "on"; } catch { wanted = false; } }
  return wanted;
}

export function want(value) {
  wanted = value;
  try { localStorage.setItem(key, value ? "on" : "off"); } catch { /* a browser without storage keeps it for this page */ }
  if (value) { unlock(); chime(); }
}

/** Browsers let a page make sounds only after somebody has clicked in it. */
function unlock() {
  context ??= new AudioContext();
  context.resume?.().catch(() => {});
}

/** @returns {boolean} whether it can be heard */
export function chime() {
  if (!isWanted()) return false;
  unlock();
  for (const [delay, hertz] of [[0, 880], [0.18, 660]]) {
    const begin = context.currentTime + delay;
    const tone = new OscillatorNode(context, { frequency: hertz });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(0.25, begin + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.16);
    tone.connect(volume).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + 0.17);
  }
  document.documentElement.dataset.chimes = String(Number(document.documentElement.dataset.chimes ?? 0) + 1);
  return context.state === "running";
}

document.addEventListener("pointerdown", () => { if (isWanted()) unlock(); });
