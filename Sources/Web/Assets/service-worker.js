// Runs beside the pages, and without them: shows what the server tells this device (Web Push), and opens its page.
// Nothing goes through it, and it keeps nothing: pages and pictures come from the server as they are.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let message = {};
  try {
    message = event.data?.json() ?? {};
  } catch {
    // Browsers end a device that shows nothing: better a bare name than that.
  }
  event.waitUntil(self.registration.showNotification(String(message.title || "Aislewatch"), {
    body: String(message.body ?? ""),
    tag: message.tag || undefined,
    // A later word about the same incident is heard as well.
    renotify: Boolean(message.tag),
    icon: "/app/icon-192.png",
    badge: "/app/icon-192.png",
    data: { url: String(message.url ?? "#/") },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.url));
});

/** The page in a window that is there, or in a new one; none but our own. */
async function open(page) {
  const url = new URL(page ?? "#/", self.registration.scope);
  if (url.origin !== self.location.origin) return;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const mine = windows.find((one) => new URL(one.url).pathname === url.pathname);
  if (!mine) {
    await self.clients.openWindow(url.href);
    return;
  }
  mine.postMessage({ open: url.hash });
  await mine.focus();
}

// The browser has changed its address. Pages say it again, too, whenever they are opened.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew()));

async function renew() {
  const answer = await fetch("/api/v1/session");
  if (!answer.ok) return;
  const { csrf } = await answer.json();
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  const { public_key: key } = await (await fetch("/api/v1/session/devices")).json();
  const subscription = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON();
  await fetch("/api/v1/session/devices", { method: "POST", headers, body: JSON.stringify({ endpoint, p256dh: keys.p256dh, auth: keys.auth }) });
}
