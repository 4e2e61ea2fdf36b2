// The page: what is on it follows from what Room tells. Everything that somebody wrote is put in as text.

import {Room} from "./carillon.js";

const DEFAULT_ROOM = "chat/lobby";
const HISTORY = 50;
const SHOWN = 500;
const TOGETHER = 5 * 60_000; // messages of one sender within this time stand under one name
const ROOM_NAME = /^[A-Za-z0-9._~:@+=-]+(\/[A-Za-z0-9._~:@+=-]+)*$/;

const $ = (id) => document.getElementById(id);
const log = $("log");
const text = $("text");
const clock = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit"});
const day = new Intl.DateTimeFormat(undefined, {dateStyle: "full"});

const store = { // where storage is forbidden, a name lasts as long as the page
  get: () => { try { return localStorage.getItem("carillon.name") ?? ""; } catch { return ""; } },
  set: (name) => { try { localStorage.setItem("carillon.name", name); } catch { /* see above */ } },
};

let name = store.get();
let room = null;
let roomName = "";
let names = new Map(); // session to the name that it gave, for servers that do not know who people are
let members = []; // who is here, as the server tells
let pending = new Map(); // key of a message under way to its element
let keys = 0;
let lastDay = null; // a time of the day that the last message shown is of
let countdown = 0;

// -- Rooms ----------------------------------------------------------------------------------------

function roomFromAddress() {
  let wanted = location.hash.slice(1);
  try { wanted = decodeURIComponent(wanted); } catch { /* taken as it is */ }
  return wanted.length <= 200 && ROOM_NAME.test(wanted) ? wanted : DEFAULT_ROOM;
}

function enter() {
  const wanted = roomFromAddress();
  $("room").value = wanted;
  $("name-room").textContent = "#" + wanted;
  document.title = "#" + wanted + " · Carillon";
  showElsewhere(wanted);
  if (name === "") return askForName();
  $("own-name").textContent = name;
  room?.close();
  roomName = wanted;
  names = new Map();
  pending = new Map();
  lastDay = null;
  log.replaceChildren();
  showMembers([]);
  const url = new URL("ws", document.baseURI);
  url.protocol = url.protocol.replace("http", "ws");
  url.hash = "";
  url.searchParams.set("user", name);
  room = new Room(url, wanted, {history: HISTORY, listener: happened});
}

function showElsewhere(wanted) {
  const socket = location.origin.replace(/^http/, "ws");
  $("from-javascript").textContent =
    `s = new WebSocket("${socket}/rooms/${wanted}")\ns.onmessage = e => console.log(e.data)\ns.onopen = () => s.send("hello")`;
  $("from-terminal").textContent = `./carillon connect ${socket} ${wanted}`;
}

function happened(event) {
  switch (event.kind) {
    case "state": return showState(event);
    case "joined": return void log.setAttribute("aria-busy", "true"); // history is not read out
    case "replayed": return replayed();
    case "message": return showMessage(event.message);
    case "members": return showMembers(event.members);
    case "presence": return showPresence(event);
    case "lost": return showLine(`${event.count === 1 ? "One message is" : event.count + " messages are"} missing here (${event.reason}).`, "warning");
    case "reset": return showLine("The room's log was begun anew. What was said while you were away may be missing here.", "warning");
    case "sent": return sent(event);
    case "failed": return failed(event);
  }
}

function replayed() {
  log.removeAttribute("aria-busy");
  $("empty").hidden = log.childElementCount > 0;
}

// -- The connection's state -----------------------------------------------------------------------

function showState({state, detail, until}) {
  clearInterval(countdown);
  $("state").dataset.state = state;
  const say = (words) => { if ($("state-text").textContent !== words) $("state-text").textContent = words; };
  if (state === "open") say("connected");
  else if (state === "connecting") say("connecting");
  else if (state === "ended") {
    say("disconnected");
    showLine(`Disconnected: ${detail}.`, "warning", {words: "Connect again", act: () => room.wake()});
  } else {
    const tick = () => say(`away, trying again in ${Math.max(1, Math.ceil((until - Date.now()) / 1000))} s`);
    tick();
    countdown = setInterval(tick, 1000);
  }
}

// -- Messages -------------------------------------------------------------------------------------

/** Who is behind a sender: the server's word where it took our name for ours, else what they say themselves. */
function authorOf(sender, tags) {
  const claimed = typeof tags?.name === "string" ? tags.name : undefined;
  if (sender?.session !== undefined && claimed && names.get(sender.session) !== claimed) {
    names.set(sender.session, claimed);
    showMembers(members);
  }
  return nameOf(sender?.session, sender?.user, claimed);
}

function nameOf(session, user, claimed) {
  if (session !== undefined && session === room.session) return name;
  if (room.user === name && user !== undefined) return user;
  return claimed ?? names.get(session) ?? user ?? "the server";
}

function contentOf({type, data}) {
  if (type === "text") return data;
  if (type === "json") return typeof data === "string" ? data : JSON.stringify(data, null, 1);
  return `${Math.floor((data.length * 3) / 4)} bytes that are not text`;
}

function showMessage(message) {
  const author = authorOf(message.sender, message.tags);
  const own = author === name || message.sender?.session === room.session;
  place(bubble(author, contentOf(message), message.time, own), own);
}

function bubble(author, content, time, own) {
  const item = document.createElement("li");
  item.className = "message" + (own ? " own" : "");
  item.dataset.author = author;
  item.dataset.time = time;
  item.style.setProperty("--hue", hueOf(author));
  const face = element("span", "face", initials(author));
  face.setAttribute("aria-hidden", "true");
  const head = element("p", "head");
  const when = element("time", "", clock.format(time));
  when.dateTime = new Date(time).toISOString();
  head.append(element("b", "", own ? "You" : author), when);
  item.append(face, head, element("p", "content", content));
  return item;
}

function showLine(words, kind, button) {
  const line = element("li", "line " + kind, words);
  if (button) {
    const control = element("button", "", button.words);
    control.type = "button";
    control.addEventListener("click", () => { line.remove(); button.act(); });
    line.append(" ", control);
  }
  place(line, false);
}

/** Puts something behind all that is there but for messages that are still under way. */
function place(item, always, under = pending.values().next().value ?? null) {
  const time = Number(item.dataset.time);
  if (time && (lastDay === null || !isSameDay(lastDay, time))) {
    lastDay = time;
    showLine(dayName(time), "day");
  }
  const above = log.scrollHeight - log.scrollTop - log.clientHeight > 80;
  if (item.parentNode === null || item.nextElementSibling !== under) log.insertBefore(item, under);
  group(item);
  if (under) group(under);
  while (log.childElementCount > SHOWN) log.firstElementChild.remove();
  $("empty").hidden = true;
  if (always || !above) toTheEnd();
  else if (!log.hasAttribute("aria-busy")) $("below").hidden = false;
}

/** What one person says in a short time stands under one name. */
function group(item) {
  const {author, time} = item.dataset;
  const before = item.previousElementSibling?.dataset;
  const follows = author !== undefined && before?.author === author && time - before.time < TOGETHER;
  item.classList.toggle("follows", follows);
}

function toTheEnd() {
  log.scrollTop = log.scrollHeight;
  $("below").hidden = true;
}

function sent({key, message}) {
  const item = pending.get(key);
  pending.delete(key);
  if (item === undefined) return message && showMessage(message);
  item.classList.remove("pending");
  place(item, false);
}

function failed({key, detail}) {
  const item = pending.get(key);
  pending.delete(key);
  item?.classList.replace("pending", "failed");
  item?.append(element("p", "problem", `Not sent: ${detail}.`));
}

// -- People ---------------------------------------------------------------------------------------

function showMembers(present) {
  members = present;
  const people = new Map(); // several tabs of one name are one person
  for (const {session, user} of present) {
    const who = nameOf(session, user);
    const person = people.get(who) ?? {tabs: 0, own: false};
    people.set(who, {tabs: person.tabs + 1, own: person.own || session === room.session});
  }
  const sorted = [...people].sort(([a, {own}], [b]) => (own ? -1 : people.get(b).own ? 1 : a.localeCompare(b)));
  $("members").replaceChildren(...sorted.map(([who, {tabs, own}]) => {
    const item = element("li");
    item.style.setProperty("--hue", hueOf(who));
    const face = element("span", "face", initials(who));
    face.setAttribute("aria-hidden", "true");
    item.append(face, element("span", "who", who));
    if (own) item.append(element("span", "note", "you"));
    if (tabs > 1) item.append(element("span", "note", `${tabs} tabs`));
    return item;
  }));
  $("people-count").textContent = String(people.size);
}

/** Coming and going is said in small rooms only. */
function showPresence({event, member}) {
  if (member.session === room.session || $("members").childElementCount > 12) return;
  const who = nameOf(member.session, member.user);
  if (who !== name) showLine(`${who} ${event === "leave" ? "left" : "came in"}`, "presence");
}

// -- What people do -------------------------------------------------------------------------------

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (words === "" || room === null) return;
  const key = ++keys;
  const item = bubble(name, words, Date.now(), true);
  item.classList.add("pending");
  place(item, true, null);
  pending.set(key, item);
  room.publish(key, words, {name});
  text.value = "";
  fit();
  text.focus();
});

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
});

text.addEventListener("input", fit);
function fit() {
  text.style.height = "auto";
  text.style.height = Math.min(text.scrollHeight, 160) + "px";
}

$("room-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const wanted = $("room").value.trim().replace(/^#/, "");
  if (!ROOM_NAME.test(wanted)) {
    $("room").setCustomValidity("Letters, digits and . _ ~ : @ + = - in parts separated by /");
    $("room").reportValidity();
    return;
  }
  location.hash = wanted;
  text.focus();
});
$("room").addEventListener("input", () => $("room").setCustomValidity(""));

$("people-button").addEventListener("click", () => {
  const shown = document.body.classList.toggle("people");
  $("people-button").setAttribute("aria-expanded", String(shown));
});

$("below").addEventListener("click", toTheEnd);
log.addEventListener("scroll", () => {
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 20) $("below").hidden = true;
});

$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  text.focus();
});

$("name-button").addEventListener("click", askForName);
function askForName() {
  $("name").value = name;
  $("name-dialog").showModal();
  $("name").select();
}

$("name-dialog").addEventListener("cancel", (event) => { if (name === "") event.preventDefault(); });
$("name-dialog").addEventListener("close", () => {
  const wanted = $("name").value.trim();
  if (wanted === "") {
    if (name === "") askForName();
  } else if (wanted !== name || room === null) {
    name = wanted;
    store.set(name);
    enter();
  }
  text.focus();
});

addEventListener("hashchange", () => { if (roomFromAddress() !== roomName) enter(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) room?.wake(); });

// -- Small things ---------------------------------------------------------------------------------

function element(tag, className = "", content = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (content) made.textContent = content;
  return made;
}

function initials(who) {
  const words = who.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [who];
  return letters.map((word) => [...word][0] ?? "?").join("").toUpperCase();
}

function hueOf(who) {
  let hash = 7;
  for (const c of who) hash = (hash * 31 + c.codePointAt(0)) % 360;
  return hash;
}

function isSameDay(a, b) {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function dayName(time) {
  return isSameDay(time, Date.now()) ? "Today" : day.format(time);
}

enter();
