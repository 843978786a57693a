// The live order page, times in the reader's own time zone, and buttons that copy.
// Every page works without this file; it only makes them calmer.
"use strict";

const language = document.documentElement.lang;
const locale = language === "en" ? "en-GB" : language; // the server writes days before months too

// localTimes rewrites what the server could only say in UTC.
function localTimes(root) {
  const styles = {
    clock: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
    day: { day: "numeric", month: "long", year: "numeric" },
    moment: { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
  };
  for (const time of root.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime);
    if (!isNaN(at)) time.textContent = at.toLocaleString(locale, styles[time.dataset.local]);
  }
}

// copyButtons puts a button beside each code that is there to be copied. Without a
// clipboard, one click selects it whole.
function copyButtons(root) {
  if (!navigator.clipboard) return;
  root.querySelectorAll("[data-copy]").forEach((code, i) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "copy", id: `copy-${i}`, textContent: code.dataset.copy });
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = code.dataset.copied;
      } catch {
        getSelection().selectAllChildren(code); // not allowed here: the keyboard can still copy
      }
    });
    code.after(button);
  });
}

function enhance(root) {
  localTimes(root);
  copyButtons(root);
}

const pollEvery = 3000; // milliseconds; the same as the refresh without JavaScript
let source = null;
let timer = 0;

const live = () => document.getElementById("live");
const isPaused = () => !live() || live().hasAttribute("data-paused");

// show replaces the live part and keeps what the reader was doing: the focus
// stays where it was, and only a new headline is read out.
function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("live");
  if (!fresh) return;
  enhance(fresh);
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
  if (isPaused()) stop();
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

// poll asks for the whole page, one request at a time, until nothing more changes.
async function poll() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(10000) });
    if (answer.ok) show(await answer.text());
  } catch {
    // offline or restarting: the next round asks again
  }
  if (!isPaused()) timer = setTimeout(poll, pollEvery);
}

function listen() {
  source = new EventSource(live().dataset.events);
  source.addEventListener("update", (event) => show(event.data));
  source.addEventListener("error", () => {
    stop();
    timer = setTimeout(poll, pollEvery);
  });
}

enhance(document);
if (!isPaused()) listen();
