// Keeps the queue and the conversation fresh; every form also works without this script.

import { forgetAtSignOut, keepForms, restoreReply } from "./unsent.js";
import { readInDutch } from "./reading.js";
import { findSentences } from "./sentences.js";

const part = document.querySelector("#live-part");
const live = document.querySelector("#live");
const text = document.querySelector("#text");

// All in milliseconds.
const LONGEST_PAUSE = 15_000; // between two attempts to reconnect
const SILENCE = 20_000; // the server says something every five seconds: the line must be dead
const NOTICEABLE = 2_000; // shorter interruptions are nobody's concern

/* ---- The part of the page that changes by itself -------------------------------------------- */

let refreshing;
let again = false;
let leaving = false;

// One fetch at a time; changes that arrive meanwhile cause one more, never fewer.
function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = fetchPart()
    .catch(reconnect) // and once connected it is fetched: nothing is lost
    .finally(() => {
      refreshing = undefined;
      if (again) {
        again = false;
        refresh();
      }
    });
}

async function fetchPart() {
  const response = await fetch(part.dataset.source, {
    headers: { Accept: "text/html" },
    signal: AbortSignal.timeout(LONGEST_PAUSE),
  });
  if (response.redirected || response.status === 401) return reload(); // signed out
  if (!response.ok) throw new Error(`status ${response.status}`);
  show(await response.text());
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  for (const beside of fresh.querySelectorAll("[data-fresh]")) {
    replace(document.getElementById(beside.dataset.fresh), beside);
    beside.remove();
  }
  if (acts(fresh) !== acts(part)) return reload(); // other buttons; the typed text is kept
  if (!(fresh.querySelector(".lines ol") ? patch(fresh) : replace(part, fresh))) return;
  if (following) toEnd();
  announce(part.dataset.changed);
}

/** True when something changed. Focus stays on the link on which it was. */
function replace(old, fresh) {
  if (!old || said(fresh) === said(old)) return false;
  const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
  old.replaceChildren(...fresh.childNodes);
  if (focused) old.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  return true;
}

// A line that did not change stays the element that it is: somebody may be listening to it,
// reading its translation, or have the focus in it.
const written = new WeakMap();

function patch(fresh) {
  const list = part.querySelector(".lines ol");
  part.querySelector(".lines > p")?.remove();
  let at = list.firstElementChild;
  let changed = false;
  for (const line of [...fresh.querySelectorAll(".lines > ol > li")]) {
    const known = document.getElementById(line.id);
    if (known && written.get(known) === line.outerHTML) {
      while (at && at !== known) at = removed(at);
      at = known.nextElementSibling;
    } else {
      written.set(line, line.outerHTML);
      list.insertBefore(line, at);
      readInDutch(line, part);
      changed = true;
    }
  }
  while (at) at = removed(at);
  return changed;
}

function removed(line) {
  const next = line.nextElementSibling;
  line.remove();
  return next;
}

// A form on its way brings the new page itself; a reload would race with it.
function reload() {
  if (!leaving) location.reload();
}

function said(element) {
  return element.textContent.replace(/\s+/g, " ").trim();
}

function acts(element) {
  return element.querySelector("[data-acts]")?.dataset.acts;
}

function atEnd() {
  return part.scrollHeight - part.clientHeight - part.scrollTop < 80;
}

function toEnd() {
  part.scrollTop = part.scrollHeight;
}

// Who is at the end stays there, also when a picture gets its height only later.
let following = true;
part?.addEventListener("scroll", () => (following = atEnd()));
part?.addEventListener("load", () => following && toEnd(), true);

function announce(words) {
  live.className = "live spoken";
  live.textContent = "";
  setTimeout(() => (live.textContent = words), 100); // the same words twice must be heard twice
}

/* ---- The line to the server ----------------------------------------------------------------- */

let events;
let retry;
let watch;
let pause = 1_000;

function connect() {
  clearTimeout(retry);
  events?.close();
  events = new EventSource(part.dataset.events);
  events.addEventListener("open", () => {
    pause = 1_000;
    alive();
    if (live.className === "live") live.textContent = "";
    refresh(); // what changed while nobody listened
  });
  events.addEventListener("change", () => {
    alive();
    refresh();
  });
  events.addEventListener("error", reconnect);
  alive();
}

function reconnect() {
  events.close();
  clearTimeout(retry);
  clearTimeout(watch);
  retry = setTimeout(connect, pause);
  if (pause > NOTICEABLE) {
    live.className = "live";
    live.textContent = document.body.dataset.offline;
  }
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}

// A cable that was pulled out tells nobody: only the silence does.
function alive() {
  clearTimeout(watch);
  watch = setTimeout(reconnect, SILENCE);
}

/* ---- The reply and its draft ---------------------------------------------------------------- */

const draft = document.querySelector("#draft");

function draftFits() {
  if (!draft) return;
  const changed = text.value.trim() !== draft.dataset.dutch.trim();
  draft.querySelector("#draft-stale").hidden = !changed;
  draft.querySelector("form[action$='/send'] button").disabled = changed;
}

if (text) {
  restoreReply(text);
  draftFits();
  text.addEventListener("input", draftFits);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    text.form.requestSubmit(text.form.querySelector("button")); // the first is what is usual here
  });
}

if (draft) {
  const send = draft.querySelector("form[action$='/send']");
  const next = send.querySelector("input[type=checkbox]") ?? send.querySelector("button");
  // After the browser itself went to the place in the address, which takes the focus away.
  if (location.hash === "#draft") addEventListener("load", () => setTimeout(() => next.focus()));
  draft.addEventListener("keydown", (event) => {
    if (event.key === "Escape") text.focus();
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (sends && !send.querySelector("button").disabled) send.requestSubmit();
  });
}

// A link to something that is folded opens it.
function unfold() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (target?.matches?.("details")) target.open = true;
}

addEventListener("hashchange", unfold);
unfold();

/* ---- Forms ---------------------------------------------------------------------------------- */

// A second click while the first is on its way would send twice. Lines come and go, and their
// forms with them: so it is the page that listens.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  if (form.dataset.sure && !form.dataset.asked) {
    event.preventDefault();
    form.dataset.asked = "yes";
    form.querySelector("button").textContent = form.dataset.sure;
    return;
  }
  form.dataset.sent = "yes";
  leaving = true;
});

addEventListener("pageshow", () => {
  leaving = false;
  for (const form of document.forms) delete form.dataset.sent; // back by the browser's history
});

keepForms();
forgetAtSignOut();
findSentences(text);

// Who looks at the page has read it; getting the page alone changes nothing.
async function tellRead() {
  const { read, csrf } = part.dataset;
  if (!read || document.hidden) return;
  delete part.dataset.read;
  try {
    const body = new URLSearchParams({ csrf });
    const response = await fetch(read, { method: "POST", body });
    if (!response.ok && response.status >= 500) part.dataset.read = read;
  } catch {
    part.dataset.read = read;
  }
}

if (part) {
  for (const line of part.querySelectorAll(".lines > ol > li")) {
    written.set(line, line.outerHTML);
    readInDutch(line, part);
  }
  toEnd();
  connect();
  tellRead();
  document.addEventListener("visibilitychange", tellRead);
  addEventListener("online", connect);
}
