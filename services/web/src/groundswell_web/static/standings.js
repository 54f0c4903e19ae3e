// Keeps the standings of a running vote fresh. Without it the page is whole: the standings are as
// old as the page. Follows a stream; where that cannot be had it asks now and then, less often
// while the service is away. A hidden tab does neither.

const EVERY_MS = 3000;
const LONGEST_MS = 60000;
const GIVE_UP_MS = 8000;
const STREAM_AGAIN_MS = 60000;

let stream = null;
let noStreamUntil = 0;
let failures = 0;
let timer;
let held = null;

function section() {
  return document.querySelector("[data-refresh]"); // None: the result is certified, and stays.
}

function show(html) {
  const shown = section();
  if (shown === null) {
    return;
  }
  held = html;
  // Who stands in it with a keyboard would be thrown back to the top of the page.
  if (!shown.contains(document.activeElement)) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    shown.replaceWith(document.adoptNode(fresh.body.firstElementChild));
    held = null;
  }
}

async function refresh() {
  const shown = section();
  if (shown === null) {
    return;
  }
  try {
    const answer = await fetch(shown.dataset.refresh, { signal: AbortSignal.timeout(GIVE_UP_MS) });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    show(await answer.text());
    failures = 0;
  } catch {
    failures += 1;
  }
  follow();
}

function follow() {
  stop();
  const shown = section();
  if (shown === null || document.hidden) {
    return;
  }
  if (shown.dataset.stream && failures === 0 && Date.now() >= noStreamUntil) {
    listen(shown.dataset.stream);
    return;
  }
  // Spread out, so that all who wait do not come back in the same moment.
  const delay = Math.min(LONGEST_MS, EVERY_MS * 2 ** failures);
  timer = setTimeout(refresh, delay * (0.75 + Math.random() / 2));
}

function listen(address) {
  let opened = false;
  stream = new EventSource(address);
  stream.addEventListener("standings", (event) => {
    opened = true;
    show(event.data);
    if (section() === null) {
      stop();
    }
  });
  stream.addEventListener("error", () => {
    // Our own way back: it waits longer each time, which a browser's does not.
    if (!opened) {
      noStreamUntil = Date.now() + STREAM_AGAIN_MS;
    }
    failures += 1;
    follow();
  });
}

function stop() {
  clearTimeout(timer);
  if (stream !== null) {
    stream.close();
    stream = null;
  }
}

document.addEventListener("visibilitychange", follow);
document.addEventListener("focusout", () => {
  // The focus has left when this turn is over.
  setTimeout(() => held !== null && show(held));
});
follow();
