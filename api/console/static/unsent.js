// What was typed and not sent survives a reload and a broken connection, in this tab only.

// A form that could not be accepted comes back under its own address: of both it is one page.
const page = `unsent ${location.pathname.split("/").slice(0, 4).join("/")}`;

/** The reply: what was typed last, unless the transcript shows that it arrived. */
export function restoreReply(text) {
  const kept = read(page);
  if (kept?.value && !arrived(kept)) text.value = kept.value;
  else if (kept) sessionStorage.removeItem(page);
  text.addEventListener("input", () => write(page, { value: text.value }));
  // Only the next page knows whether it was sent: until then it is kept.
  for (const form of document.querySelectorAll("#reply, #draft form[action$='/send']")) {
    form.addEventListener("submit", () => write(page, { value: text.value, after: lastLine() }));
  }
  document
    .querySelector("#draft form[action$='/discard']")
    ?.addEventListener("submit", () => write(page, { value: text.value }));
}

function arrived({ value, after }) {
  if (after === undefined) return false;
  const lines = [...document.querySelectorAll(".line.by-person")];
  return lines.some((line) => {
    const said = line.querySelector(".original") ?? line.querySelector(".bubble");
    return number(line) > after && plain(said.textContent) === plain(value);
  });
}

// The server takes out what nobody sees: that must not look like another text.
function plain(words) {
  return words.normalize("NFC").replace(/[\s\p{C}]+/gu, " ").trim();
}

function lastLine() {
  return Math.max(0, ...[...document.querySelectorAll(".line[id^=message-]")].map(number));
}

function number(line) {
  return Number(line.id.replace("message-", ""));
}

/** Every other form that says `data-keep`: its fields until it is sent. */
export function keepForms() {
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const name = `${page} ${form.dataset.keep}`;
    for (const [field, value] of Object.entries(read(name) ?? {})) {
      const input = form.elements[field];
      if (input && input.type !== "hidden") input.value ||= value;
    }
    form.addEventListener("input", () => write(name, typed(form)));
    form.addEventListener("submit", () => sessionStorage.removeItem(name));
  }
}

function typed(form) {
  const fields = [...form.elements].filter(({ name, type }) => name && type !== "hidden");
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

function write(name, value) {
  sessionStorage.setItem(name, JSON.stringify(value));
}

/** Who signs out leaves nothing behind for the next one at this desk. */
export function forgetAtSignOut() {
  const form = document.querySelector("form[action='/console/logout']");
  form?.addEventListener("submit", () => sessionStorage.clear());
}
