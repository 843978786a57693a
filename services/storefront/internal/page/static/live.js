// The live order page, and times in the reader's own time zone. Every page
// works without this file; it only makes them calmer.
"use strict";

// localTimes rewrites what the server could only say in UTC.
function localTimes(root) {
  const styles = {
    clock: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
    day: { day: "numeric", month: "long", year: "numeric" },
    moment: { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
  };
  for (const time of root.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime);
    if (!isNaN(at)) time.textContent = at.toLocaleString("en-GB", styles[time.dataset.local]);
  }
}

const pollEvery = 3000; // milliseconds; the same as the refresh without JavaScript
let source = null;
let timer = 0;

const live = () => document.getElementById("live");
const isFinal = () => !live() || live().hasAttribute("data-final");

// show replaces the live part and keeps what the reader was doing: the focus
// stays where it was, and only a new headline is read out.
function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("live");
  if (!fresh) return;
  localTimes(fresh);
  const old = live();
  if (old.outerHTML === fresh.outerHTML) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const before = headline(old);
  old.replaceWith(document.adoptNode(fresh));
  const again = focused && document.getElementById(focused);
  if (again) again.focus({ preventScroll: true });
  if (headline(fresh) !== before) {
    document.getElementById("news").textContent = headline(fresh);
    document.title = document.title.replace(before, headline(fresh));
  }
  if (isFinal()) stop();
}

function headline(root) {
  const h1 = root.querySelector("h1");
  return h1 ? h1.textContent : "";
}

function stop() {
  if (source) source.close();
  source = null;
  clearTimeout(timer);
}

// poll asks for the whole page, one request at a time, until the order is final.
async function poll() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(10000) });
    if (answer.ok) show(await answer.text());
  } catch {
    // offline or restarting: the next round asks again
  }
  if (!isFinal()) timer = setTimeout(poll, pollEvery);
}

function listen() {
  source = new EventSource(live().dataset.events);
  source.addEventListener("update", (event) => show(event.data));
  source.addEventListener("error", () => {
    stop();
    timer = setTimeout(poll, pollEvery);
  });
}

localTimes(document);
if (!isFinal()) listen();
