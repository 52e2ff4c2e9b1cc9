// How the lines of the conversation look: built from the page's templates, in order, once each.

const page = document.body.dataset;
const words = document.querySelector("#words").content.firstElementChild.dataset;
const list = document.querySelector("#messages");

const CLICKABLE = /(https:\/\/[^\s)\u2069]+[^\s).,;:!?\u2069])|\b(0[89]00[- ]\d{4,7}|11[23])\b/g;
const NOT_KEPT = "•••••"; // a code or a password that the server did not keep

/** A new line for a message; `choose(id, label)` is called when one of its buttons is pressed. */
export function build(message, choose) {
  const template = document.querySelector(`#from-${message.author}`);
  const element = template.content.firstElementChild.cloneNode(true);
  fill(element, message);
  if (message.buttons?.length) element.append(choices(message, choose));
  return element;
}

export function fill(element, message) {
  const bubble = element.querySelector(".bubble");
  const own = message.author === "participant";
  bubble.lang = message.language;
  bubble.dir = own ? "auto" : message.direction;
  bubble.replaceChildren(...(own ? [message.text || NOT_KEPT] : paragraphs(message.text)));
  const who = element.querySelector(".who");
  if (who) who.textContent = message.name ?? "";
  const time = element.querySelector("time");
  time.dateTime = new Date(message.sentAt).toISOString();
  time.textContent = clock.format(new Date(message.sentAt));
  element.querySelector(".draft").hidden = !message.draft;
  if (message.original) showDutch(element, message);
  if (message.sound) bubble.append(player(message.sound));
  if (message.image) bubble.append(picture(message.image));
  if (message.calendar) bubble.append(appointment(message.calendar));
}

// Under what a person said in another language always stands the Dutch of the municipality, so that
// somebody who reads it can help.
function showDutch(element, message) {
  const original = element.querySelector(".original");
  if (!original) return;
  element.querySelector(".machine").hidden = !message.machine;
  original.querySelector(".dutch").replaceChildren(...paragraphs(message.original));
  original.hidden = false;
}

// The phone itself asks whether it goes into the calendar.
function appointment(address) {
  const link = document.createElement("a");
  link.href = address;
  link.className = "button plain calendar";
  link.lang = page.language;
  link.dir = "auto";
  link.textContent = words.calendar;
  return link;
}

function picture(address) {
  const image = document.createElement("img");
  image.src = address;
  image.alt = ""; // the text says the same
  image.className = "progress";
  return image;
}

function player(address) {
  const sound = document.createElement("audio");
  sound.controls = true;
  sound.preload = "none";
  sound.src = address;
  return sound;
}

function paragraphs(text) {
  return text.split(/\n+/).map((line) => {
    const paragraph = document.createElement("p");
    paragraph.append(...withLinks(line));
    return paragraph;
  });
}

// Addresses and the numbers of help can be pressed.
function withLinks(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(CLICKABLE)) {
    const link = document.createElement("a");
    const [found, address, number] = match;
    link.href = address ?? `tel:${number.replace(/\D/g, "")}`;
    link.className = address ? "web" : "call";
    link.dir = "ltr";
    link.textContent = found;
    parts.push(text.slice(end, match.index), link);
    end = match.index + found.length;
  }
  return [...parts, text.slice(end)];
}

function choices(message, choose) {
  const row = document.createElement("div");
  row.className = message.buttons.some((each) => each.picture) ? "choices pictures" : "choices";
  row.lang = message.language;
  row.dir = message.direction;
  for (const { id, label, picture } of message.buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button plain";
    if (picture) button.append(pictogram(picture));
    button.append(label);
    button.addEventListener("click", () => choose(id, label));
    row.append(button);
  }
  return row;
}

// The label says it in words; the pictogram is for who does not read them.
function pictogram(name) {
  const image = document.createElement("img");
  image.src = `/static/chat/pictograms/${name}.svg`;
  image.alt = "";
  return image;
}

/* ---- Order --------------------------------------------------------------------------------- */

export function has(id) {
  return list.querySelector(`[data-id="${id}"]`) !== null;
}

/** Put a line where its number says; lines still on their way have none and stay at the end. */
export function place(element, id) {
  element.dataset.id = id;
  const lines = [...list.querySelectorAll(".message")];
  const isLater = ({ dataset }) => !dataset.id || Number(dataset.id) > id;
  const next = lines.find((each) => each !== element && isLater(each)) ?? null;
  const stands = element.isConnected && (lines[lines.indexOf(element) + 1] ?? null) === next;
  if (!stands) list.insertBefore(element, next);
  markDays();
}

const zone = { timeZone: "Europe/Amsterdam", numberingSystem: "latn" };
const clock = new Intl.DateTimeFormat("nl", { ...zone, hour: "2-digit", minute: "2-digit" });
const known = Intl.DateTimeFormat.supportedLocalesOf(page.language).length > 0;
const calendar = known // a browser without the month names of Tigrinya gets figures
  ? new Intl.DateTimeFormat(page.language, { ...zone, weekday: "long", day: "numeric", month: "long" })
  : new Intl.DateTimeFormat("nl", { ...zone, day: "numeric", month: "numeric", year: "numeric" });

function markDays() {
  list.querySelectorAll(".day").forEach((day) => day.remove());
  let before = calendar.format(new Date()); // a conversation of today needs no date
  for (const element of list.querySelectorAll(".message")) {
    const day = calendar.format(new Date(element.querySelector("time").dateTime));
    if (day !== before) {
      const line = document.createElement("li");
      line.className = "day";
      line.textContent = day;
      element.before(line);
    }
    before = day;
  }
}

/* ---- Sight --------------------------------------------------------------------------------- */

export function atEnd() {
  return document.documentElement.scrollHeight - innerHeight - scrollY < 160;
}

/** Whether a question and at least the beginning of this answer to it are seen together. */
export function bothFit(question, answer) {
  const apart = answer.getBoundingClientRect().top - question.getBoundingClientRect().top;
  return apart < innerHeight / 2;
}

/** What is long is read from its beginning: `first` stays in sight, the end only if both fit. */
export function bringIntoView(first) {
  const bar = Math.max(document.querySelector(".top").getBoundingClientRect().bottom, 0);
  const toFirst = first.getBoundingClientRect().top + scrollY - bar - 16;
  const toEnd = document.documentElement.scrollHeight - innerHeight;
  scrollTo({ top: Math.min(toEnd, toFirst) });
}
