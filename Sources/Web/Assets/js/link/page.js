// The page behind an alert's link works without this. With it the page shows what others do while it is open, keeps what is
// being written, and sends photos.
import { reduced } from "../incidents/photo.js";

const section = () => document.getElementById("handling");
let source = null;

function listen() {
  if (source || !section()) return;
  source = new EventSource(section().dataset.events);
  source.addEventListener("message", renew);
}

/** Asks for the part that changes; what somebody is writing there stays. */
async function renew() {
  const old = section();
  const answer = await fetch(old.dataset.self).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById("handling");
  if (!next) return;
  const written = document.activeElement?.matches("#handling input[name]") ? document.activeElement : null;
  const texts = [...old.querySelectorAll("input[name]:not([type=hidden])")].map(({ name, value }) => [name, value]);
  old.replaceWith(next);
  for (const [name, value] of texts) {
    const field = next.querySelector(`input[name="${name}"]:not([type=hidden])`);
    if (!field) continue;
    field.value = value;
    if (written?.name === name) { field.focus(); field.setSelectionRange(written.selectionStart, written.selectionEnd); }
  }
  prepare();
}

function prepare() {
  const label = section()?.querySelector("[data-photo]");
  if (!label) return;
  label.hidden = false;
  label.querySelector("input").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    label.setAttribute("aria-busy", "true");
    const body = await reduced(file).catch(() => null);
    if (body) await fetch(label.dataset.photo, { method: "POST", body, headers: { "Content-Type": "image/jpeg" } }).catch(() => null);
    await renew();
  });
}

prepare();
listen();
// A telephone that was asleep has missed something.
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") renew(); });
