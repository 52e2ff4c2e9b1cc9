// The web chat: sends what the participant says, shows what the server tells, loses neither.

import { atEnd, bothFit, bringIntoView, build, fill, has, place } from "./transcript.js";

const page = document.body.dataset;
const words = document.querySelector("#words").content.firstElementChild.dataset;
const log = document.querySelector("[role=log]");
const list = document.querySelector("#messages");
const starters = document.querySelector("#starters");
const waiting = document.querySelector("#waiting");
const connection = document.querySelector("#connection");
const progress = document.querySelector("#progress");
const form = document.querySelector("#pen-form");
const pen = document.querySelector("#pen");

// All in milliseconds.
const SILENCE = 2_000; // after our own line arrived: a person has the conversation, no answer comes
const LONGEST_ANSWER = 45_000; // then nobody believes the dots any more
const SENDING_TAKES = 20_000;
const HISTORY_SETTLES = 500; // this long without a line: the past has been replayed
const NOTICEABLE = 2_000; // shorter interruptions are nobody's concern
const LONGEST_PAUSE = 15_000; // between two attempts to reconnect
const DEAD_AFTER = 40_000; // without a word or a ping: the line is gone
const STALE_AFTER = 30_000; // in the background, after which a phone may have cut the line

/* ---- What is said -------------------------------------------------------------------------- */

const said = new Map(); // client id -> what this page sent: {element, body, answered}
let sending = Promise.resolve(); // one after the other, so that order holds

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(content, text) {
  const id = newId();
  const line = { author: "participant", text, language: page.language, sentAt: Date.now() };
  const element = build(line);
  said.set(id, { element, body: { ...content, id }, answered: false });
  list.append(element);
  starters.hidden = true;
  waiting.hidden = false;
  log.ariaLive = "polite";
  bringIntoView(element);
  send(id);
}

function send(id) {
  sending = sending.then(() => deliver(id));
}

async function deliver(id) {
  const { element, body } = said.get(id);
  clearFailure(element);
  progress.textContent = words.sending;
  try {
    const response = await fetch("/v1/chat/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...body, language: page.language, town: page.town }),
      signal: AbortSignal.timeout(SENDING_TAKES),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    setTimeout(() => stopWaitingFor(id), LONGEST_ANSWER);
    if (lastId === 0) connect(); // the first message may have brought the cookie that names us
  } catch {
    showFailure(id);
  } finally {
    progress.textContent = "";
  }
}

function showFailure(id) {
  const { element } = said.get(id);
  const failure = document.querySelector("#failure").content.firstElementChild.cloneNode(true);
  failure.querySelector("button").addEventListener("click", () => {
    pen.focus();
    waiting.hidden = false;
    send(id);
  });
  element.classList.add("failed");
  element.append(failure);
  stopWaitingFor(id);
  bringIntoView(element);
}

function clearFailure(element) {
  element.classList.remove("failed");
  element.querySelector(".failure")?.remove();
}

function stopWaitingFor(id) {
  said.get(id).answered = true;
  waiting.hidden = [...said.values()].every((each) => each.answered);
}

/* ---- What arrives -------------------------------------------------------------------------- */

let lastId = 0;
let lastLanguage = page.language;

function receive(message) {
  if (has(message.id)) return;
  lastId = Math.max(lastId, message.id);
  starters.hidden = true;
  const mine = said.get(message.inReplyTo);
  lastLanguage = message.speaks;
  if (mine && message.author === "participant") confirm(mine.element, message);
  else show(message, mine);
}

/** Our own line as it was kept: a number in it may have been masked. */
function confirm(element, message) {
  clearFailure(element);
  fill(element, message);
  place(element, message.id);
  setTimeout(() => stopWaitingFor(message.inReplyTo), SILENCE);
}

function show(message, mine) {
  const follow = atEnd() || mine !== undefined;
  const element = build(message, (button, label) => say({ button }, label));
  place(element, message.id);
  if (follow) bringIntoView(mine && bothFit(mine.element, element) ? mine.element : element);
  if (!mine || !message.final) return;
  stopWaitingFor(message.inReplyTo);
  if (message.speaks !== page.language) goTo(message.speaks);
}

function goTo(language) {
  const address = new URL(location);
  address.searchParams.set("language", language);
  location.replace(address);
}

/* ---- The line to the server ---------------------------------------------------------------- */

let events;
let retry;
let pause = 1_000;
let settled;
let watch;
let hiddenSince = 0;

function connect() {
  clearTimeout(retry);
  events?.close();
  events = new EventSource(`/v1/chat/events?after=${lastId}`);
  listenForSilence();
  events.addEventListener("open", () => {
    pause = 1_000;
    tell("");
    listenForSilence();
    sendAgain();
    historyMayBeComplete();
  });
  events.addEventListener("ping", listenForSilence);
  events.addEventListener("message", (event) => {
    listenForSilence();
    receive(JSON.parse(event.data));
    historyMayBeComplete();
  });
  events.addEventListener("error", () => {
    events.close();
    clearTimeout(retry);
    retry = setTimeout(connect, pause);
    if (pause >= NOTICEABLE) tell(navigator.onLine ? words.reconnecting : words.offline);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    historyMayBeComplete();
  });
}

/** A cable that was pulled out tells nobody: only the silence does. */
function listenForSilence() {
  clearTimeout(watch);
  watch = setTimeout(connect, DEAD_AFTER);
}

/** What could not be sent; its id makes it one message, however often it arrives. */
function sendAgain() {
  for (const [id, { element }] of said) if (element.classList.contains("failed")) send(id);
}

/** Nobody wants the whole past read aloud: the log speaks from when it has been replayed. */
function historyMayBeComplete() {
  if (log.ariaLive === "polite") return;
  clearTimeout(settled);
  settled = setTimeout(() => {
    log.ariaLive = "polite";
    starters.hidden = list.childElementCount > 0;
    const chosen = new URLSearchParams(location.search).has("language");
    if (!chosen && lastLanguage !== page.language) goTo(lastLanguage); // who comes back
  }, HISTORY_SETTLES);
}

function tell(text) {
  if (connection.textContent !== text) connection.textContent = text;
}

addEventListener("offline", () => tell(words.offline));
addEventListener("online", () => {
  connect();
  sendAgain();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenSince = Date.now();
  else if (Date.now() - hiddenSince > STALE_AFTER) connect();
});

/* ---- The pen ------------------------------------------------------------------------------- */

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = pen.value.trim();
  pen.value = "";
  sessionStorage.removeItem("unsent");
  grow();
  if (text) say({ text }, text);
});

pen.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

pen.addEventListener("input", () => {
  sessionStorage.setItem("unsent", pen.value); // survives the change to another language
  grow();
});

function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  pen.style.height = "auto";
  pen.style.height = `${pen.scrollHeight}px`;
}

for (const button of document.querySelectorAll("[data-say]")) {
  const { say: text, button: id } = button.dataset;
  button.addEventListener("click", () => say(id ? { button: id } : { text }, text));
  button.hidden = false;
}

log.ariaLive = "off";
form.hidden = false;
pen.value = sessionStorage.getItem("unsent") ?? "";
grow();
connect();

// A link of the municipality that tells who this is: /chat#start=<code>. Behind the # it stays
// out of every log; it is used once and then taken from the address.
const code = new URLSearchParams(location.hash.slice(1)).get("start");
if (code) {
  history.replaceState(null, "", location.pathname + location.search);
  say({ text: `/start ${code}` }, "");
}
