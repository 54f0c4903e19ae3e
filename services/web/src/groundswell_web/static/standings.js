// Keeps the standings of a running vote fresh. Without it the page is whole: the standings are as
// old as the page. Asks less often while the service is away, and not at all in a hidden tab.

const EVERY_MS = 3000;
const LONGEST_MS = 60000;
const GIVE_UP_MS = 8000;

let failures = 0;
let timer;

async function refresh() {
  const shown = document.querySelector("[data-refresh]");
  if (shown === null) {
    return; // The result is certified: there is nothing to wait for.
  }
  try {
    const answer = await fetch(shown.dataset.refresh, { signal: AbortSignal.timeout(GIVE_UP_MS) });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Who stands in it with a keyboard would be thrown back to the top of the page.
    if (!shown.contains(document.activeElement)) {
      shown.replaceWith(document.adoptNode(fresh.body.firstElementChild));
    }
    failures = 0;
  } catch {
    failures += 1;
  }
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (!document.hidden) {
    // Spread out, so that all who wait do not come back in the same moment.
    const delay = Math.min(LONGEST_MS, EVERY_MS * 2 ** failures);
    timer = setTimeout(refresh, delay * (0.75 + Math.random() / 2));
  }
}

document.addEventListener("visibilitychange", schedule);
schedule();
