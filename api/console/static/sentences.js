// The standard sentences by keyboard: type to find one, arrows to go on, Escape to go back.

const panel = document.querySelector("#sentences");
const field = document.querySelector("#find-sentence");

export function findSentences(text) {
  if (!panel) return;
  field.closest(".find").hidden = false;
  panel.addEventListener("toggle", () => panel.open && field.focus());
  field.addEventListener("input", filter);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") back(event, text);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event);
    else if (event.key === "Enter" && event.target === field) choose(event);
  });
}

function filter() {
  const wanted = plain(field.value).split(/\s+/).filter(Boolean);
  for (const item of panel.querySelectorAll("li")) {
    const words = plain(item.querySelector("[lang=nl]").textContent);
    item.hidden = !wanted.every((each) => words.includes(each));
  }
  const none = document.querySelector("#found-none");
  none.textContent = shown().length ? "" : none.dataset.none;
}

function plain(words) {
  return words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function shown() {
  return [...panel.querySelectorAll("li")].filter((item) => !item.hidden);
}

// A sentence begins where something is to be filled in, else at its button.
function enter(item) {
  const first = item.querySelector("input:not([type=hidden]), button");
  first.focus();
  item.scrollIntoView({ block: "nearest" });
}

function step(event) {
  const own = /^(date|time|number)$/.test(event.target.type); // there the arrows change the value
  const items = shown();
  if (own || !items.length) return;
  event.preventDefault();
  const at = items.indexOf(event.target.closest("li"));
  const next = event.key === "ArrowDown" ? at + 1 : at - 1;
  if (next < 0) field.focus();
  else if (next < items.length) enter(items[next]);
}

function choose(event) {
  event.preventDefault();
  const [first] = shown();
  if (first) enter(first);
}

function back(event, text) {
  event.preventDefault();
  if (event.target !== field) return field.focus();
  if (field.value) {
    field.value = "";
    return filter();
  }
  panel.open = false;
  text.focus();
}
