// Server-sent events: what happens, without asking. Comes back by itself, and says so.

/** Listens at `path`; `handlers` maps event names to functions of the parsed data. */
export class Events {
  #source = null;
  #timer = 0;
  #wait = 1000;
  #closed = false;

  constructor(path, handlers, { onState = () => {} } = {}) {
    this.path = path;
    this.handlers = handlers;
    this.onState = onState;
    this.#open();
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

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#source?.close();
  }
}
