// Server-sent events: what happens, without asking. Comes back by itself, and says so.

/** A computer that slept wakes to a connection that looks open and is dead. Browsers let hidden pages wait for up to a minute. */
const sleptMs = 90_000;
const lookMs = 5000;

/** Listens at `path`; `handlers` maps event names to functions of the parsed data. */
export class Events {
  #source = null;
  #timer = 0;
  #watch = 0;
  #wait = 1000;
  #closed = false;

  constructor(path, handlers, { onState = () => {} } = {}) {
    this.path = path;
    this.handlers = handlers;
    this.onState = onState;
    this.#open();
    let looked = Date.now();
    this.#watch = setInterval(() => {
      const slept = Date.now() - looked > sleptMs;
      looked = Date.now();
      if (slept) this.#reopen();
    }, lookMs);
  }

  #open() {
    const source = new EventSource(this.path);
    this.#source = source;
    source.onopen = () => { this.#wait = 1000; this.onState(true); };
    source.onerror = () => {
      // The browser tries again by itself unless the answer was an error; then we do, more slowly each time.
      this.onState(false);
      if (source.readyState !== EventSource.CLOSED || this.#closed) return;
      this.#timer = setTimeout(() => this.#open(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, 15_000);
    };
    for (const [name, call] of Object.entries(this.handlers)) {
      source.addEventListener(name, (event) => {
        let data;
        try { data = JSON.parse(event.data); } catch { return; }
        call(data);
      });
    }
  }

  #reopen() {
    clearTimeout(this.#timer);
    this.#source.close();
    this.onState(false);
    this.#open();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#source?.close();
  }
}
