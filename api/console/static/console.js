// Keeps the queue and the conversation fresh; every form also works without this script.

const part = document.querySelector("#live-part");
const live = document.querySelector("#live");
const text = document.querySelector("#text");
const LONGEST_PAUSE = 15_000; // ms between two attempts to reconnect

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
  refreshing = fetchPart().finally(() => {
    refreshing = undefined;
    if (again) {
      again = false;
      refresh();
    }
  });
}

async function fetchPart() {
  const response = await fetch(part.dataset.source, { headers: { Accept: "text/html" } });
  if (response.redirected || response.status === 401) return reload(); // signed out
  if (!response.ok) return;
  show(await response.text());
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  const old = part.cloneNode(true);
  if (said(fresh) === said(old)) return;
  if (acts(fresh) !== acts(old)) return reload(); // other buttons; the typed text is kept
  const following = atEnd();
  const focused = document.activeElement?.closest("#live-part a")?.getAttribute("href");
  part.replaceChildren(...fresh.childNodes);
  if (focused) part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  if (following) toEnd();
  announce(part.dataset.changed);
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

function announce(words) {
  live.className = "live spoken";
  live.textContent = "";
  setTimeout(() => (live.textContent = words), 100); // the same words twice must be heard twice
}

/* ---- The line to the server ----------------------------------------------------------------- */

let pause = 1_000;

function connect() {
  const events = new EventSource(part.dataset.events);
  events.addEventListener("open", () => {
    pause = 1_000;
    if (live.className === "live") live.textContent = "";
    refresh(); // what changed while nobody listened
  });
  events.addEventListener("change", refresh);
  events.addEventListener("error", () => {
    events.close();
    setTimeout(connect, pause);
    if (pause > 2_000) {
      live.className = "live";
      live.textContent = document.body.dataset.offline;
    }
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  });
}

/* ---- The reply ------------------------------------------------------------------------------ */

const unsent = `unsent ${location.pathname}`;

if (text) {
  text.value ||= sessionStorage.getItem(unsent) ?? "";
  text.addEventListener("input", () => sessionStorage.setItem(unsent, text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) text.form.requestSubmit();
  });
  text.form.addEventListener("submit", () => sessionStorage.removeItem(unsent));
}

// A second click while the first is on its way would send twice.
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    leaving = true;
  });
}

addEventListener("pageshow", () => {
  leaving = false;
  for (const form of document.forms) delete form.dataset.sent; // back by the browser's history
});

if (part) {
  toEnd();
  connect();
}
