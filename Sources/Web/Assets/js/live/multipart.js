// Motion JPEG as its parts: pictures with their headers, so that each one's media time is known.

const newline = [13, 10, 13, 10];

/** Yields {headers: Map, body: Uint8Array} of a multipart/x-mixed-replace answer whose parts state their length. */
export async function* parts(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder("latin1");
  let held = new Uint8Array(0);
  const more = async () => {
    const { done, value } = await reader.read();
    if (done) return false;
    const joined = new Uint8Array(held.length + value.length);
    joined.set(held);
    joined.set(value, held.length);
    held = joined;
    return true;
  };
  try {
    for (;;) {
      let end;
      while ((end = find(held, newline)) < 0) if (!(await more())) return;
      const headers = parse(decoder.decode(held.subarray(0, end)));
      const length = Number(headers.get("content-length"));
      if (!Number.isInteger(length) || length < 0 || length > 20_000_000) throw new Error("a part without its length");
      while (held.length < end + 4 + length) if (!(await more())) return;
      yield { headers, body: held.slice(end + 4, end + 4 + length) };
      held = held.slice(end + 4 + length);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parse(text) {
  const headers = new Map();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** Where `wanted` begins in `bytes`, or -1. */
export function find(bytes, wanted) {
  outer: for (let at = 0; at + wanted.length <= bytes.length; at += 1) {
    for (let index = 0; index < wanted.length; index += 1) if (bytes[at + index] !== wanted[index]) continue outer;
    return at;
  }
  return -1;
}
