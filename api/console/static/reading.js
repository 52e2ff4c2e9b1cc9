// Puts the lines of a participant into Dutch as they come into sight; the link works without it.

const queue = [];
let busy = false;
let watching;

/** Translate this line when it is seen. */
export function readInDutch(line, part) {
  const slot = line.querySelector(".reading");
  if (!slot) return;
  watching ??= new IntersectionObserver(seen, { root: null });
  slot.dataset.waiting = part.dataset.reading;
  slot.addEventListener("click", pressed);
  watching.observe(slot);
}

function seen(entries) {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting || target.dataset.asked) continue;
    watching.unobserve(target);
    ask(target);
  }
}

function pressed(event) {
  const link = event.target.closest("a[data-read-line]");
  if (!link) return;
  event.preventDefault();
  ask(event.currentTarget);
}

function ask(slot) {
  slot.dataset.asked = "yes";
  queue.push(slot);
  work();
}

// One at a time: the translator has few places, and others wait there too.
async function work() {
  if (busy) return;
  busy = true;
  while (queue.length) {
    const slot = queue.pop(); // what came into sight last is looked at now
    if (slot.isConnected) await translate(slot);
  }
  busy = false;
}

async function translate(slot) {
  const link = slot.querySelector("a[data-read-line]");
  if (!link) return;
  const hadFocus = document.activeElement === link;
  const words = link.textContent;
  link.textContent = slot.dataset.waiting;
  try {
    const address = new URL(link.href);
    address.searchParams.set("part", "true");
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const translated = fresh.querySelector(".translated");
    if (!translated) throw new Error(`status ${response.status}`);
    show(slot, translated);
    if (hadFocus) slot.querySelector("a")?.focus();
  } catch {
    link.textContent = words; // it can be pressed again
  }
}

function show(slot, translated) {
  const part = slot.closest("#live-part");
  const following = part && part.scrollHeight - part.clientHeight - part.scrollTop < 80;
  slot.replaceChildren(translated);
  if (following) part.scrollTop = part.scrollHeight;
}
