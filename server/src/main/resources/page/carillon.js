// One room on a Carillon server, over nothing but the browser's own WebSocket.
//
// Keeps to docs/reference/protocol.md: it holds the room's position, comes back from it by itself, and
// publishes with a count of its own, so that over a lost connection nothing is missing and nothing doubled.

const SUBPROTOCOL = "carillon.v1.json";
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
const COME_BACK = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014, 4408, 4410, 4412, 4420, 4429, 4430]);
const WITHOUT_POSITION = new Set([4410, 4412]);

/**
 * Calls `listener` with what happens, as {kind, ...}:
 *   state    {state: connecting | open | waiting | ended, detail, until}
 *   joined   {replaying}                 the room is joined
 *   message  {message, live}             an entry of the room, in order, each once
 *   replayed {}                          what was missed has come
 *   members  {members}                   who is here: [{session, user}]
 *   presence {event, member}             somebody came or went
 *   lost     {count, reason}             entries that will not come
 *   reset    {reason}                    the room's log is another one now
 *   sent     {key, message}              what was published under this key is in the room
 *   failed   {key, detail}               it is not, and will not be
 */
export class Room {
  #url;
  #name;
  #history;
  #listener;
  #socket = null;
  #closed = false;
  #attempt = 0;
  #timer = 0;
  #heartbeat = 0;
  #heard = 0;
  #retryAfter = null;
  #resume = null; // the token with which the session is taken up again
  #ids = 1;
  #joinId = 0;
  #inRoom = false;
  #position = null; // {epoch, offset}: everything up to here has been handed on
  #replayTo = 0;
  #replaying = false;
  #known = new Set(); // message ids handed on lately, for what comes again under another epoch
  #members = new Map();
  #presenceOffset = null;
  #outbox = [];
  #publisher = randomName();
  #incarnation = Date.now();
  #sequence = 0;
  #again = 0;

  constructor(url, name, {history, listener}) {
    this.#url = url;
    this.#name = name;
    this.#history = history;
    this.#listener = listener;
    this.wake = this.wake.bind(this);
    addEventListener("online", this.wake);
    this.#connect();
  }

  /** Publishes a text, now or when the connection is back. */
  publish(key, text, tags) {
    const item = {key, text, tags, settled: false, id: 0};
    this.#number(item);
    this.#outbox.push(item);
    this.#flush();
  }

  /** Leaves for good. */
  close() {
    this.#closed = true;
    removeEventListener("online", this.wake);
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    clearInterval(this.#heartbeat);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /** Tries now what it would have tried later. */
  wake() {
    if (!this.#closed && this.#socket === null) {
      clearTimeout(this.#timer);
      this.#attempt = 0;
      this.#connect();
    }
  }

  #tell(event) {
    if (!this.#closed) this.#listener(event);
  }

  // -- The connection ---------------------------------------------------------------------------

  #connect() {
    this.#tell({kind: "state", state: "connecting"});
    const socket = new WebSocket(this.#url, [SUBPROTOCOL]);
    this.#socket = socket;
    this.#heard = Date.now();
    socket.onopen = () => this.#send({
      op: "connect", id: this.#ids++, client: {name: "carillon-page"}, ...(this.#resume && {resume: this.#resume}),
    });
    socket.onmessage = ({data}) => {
      if (socket === this.#socket && typeof data === "string") {
        this.#heard = Date.now();
        this.#take(JSON.parse(data));
      }
    };
    socket.onclose = ({code, reason}) => {
      if (socket === this.#socket) this.#lostConnection(code, reason);
    };
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #lostConnection(code, reason) {
    this.#socket = null;
    this.#inRoom = false;
    clearInterval(this.#heartbeat);
    if (WITHOUT_POSITION.has(code)) this.#position = this.#resume = null;
    if (!COME_BACK.has(code)) {
      this.#tell({kind: "state", state: "ended", detail: reason || `closed with ${code}`});
      return;
    }
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 1.5 ** this.#attempt++);
    const pause = this.#retryAfter ?? 100 + Math.random() * longest;
    this.#retryAfter = null;
    this.#timer = setTimeout(() => this.#connect(), pause);
    this.#tell({kind: "state", state: "waiting", until: Date.now() + pause});
  }

  /** Gives a connection up that is of no use, and comes back from the position. */
  #giveUp() {
    const socket = this.#socket;
    if (socket !== null) {
      socket.onclose = null;
      socket.close();
      this.#lostConnection(1006, "");
    }
  }

  #keepAlive(interval) {
    clearInterval(this.#heartbeat);
    if (!interval) return;
    this.#heartbeat = setInterval(() => {
      if (Date.now() - this.#heard > 2 * interval) this.#giveUp();
      else this.#send({op: "ping"});
    }, interval / 2);
  }

  // -- What the server says ---------------------------------------------------------------------

  #take(message) {
    switch (message.op) {
      case "welcome": return this.#welcome(message);
      case "joined": return this.#joined(message);
      case "resumed": return this.#resumed(message);
      case "reset": return this.#reset(message);
      case "message": return this.#entry(message, message.offset > this.#replayTo);
      case "gap": return this.#gap(message);
      case "skipped": return this.#skip(message.ranges);
      case "presence": return this.#presence(message);
      case "members": return this.#roster(message.members);
      case "history": return this.#page(message);
      case "published": return this.#published(message);
      case "rejected": return this.#rejected(message);
      case "error": return this.#error(message);
      case "goodbye": this.#retryAfter = message.retry_after ?? null;
    }
  }

  #welcome({session, user, heartbeat, resume}) {
    this.#resume = resume ?? null;
    this.session = session;
    this.user = user;
    this.#keepAlive(heartbeat);
    const start = this.#position ? {from: this.#position} : {last: this.#history};
    this.#joinId = this.#ids++;
    this.#send({op: "join", id: this.#joinId, room: this.#name, presence: true, ...start});
  }

  #joined({epoch, head, presence}) {
    this.#attempt = 0;
    this.#presenceOffset = null;
    const before = this.#position;
    this.#inRoom = true;
    this.#replaying = true;
    this.#replayTo = head;
    this.#position = {epoch, offset: before?.epoch === epoch ? before.offset : head};
    this.#tell({kind: "state", state: "open"});
    this.#tell({kind: "joined", replaying: head > 0});
    if (presence) this.#roster(presence.members);
    this.#flush();
  }

  #resumed({epoch, from, to}) {
    this.#position = {epoch, offset: from - 1};
    this.#replayTo = to;
    this.#replayedWhenThere();
  }

  #reset({room, epoch, head, reason}) {
    if (room !== this.#name) return this.#askForMembers();
    this.#position = {epoch, offset: head};
    this.#replayTo = head;
    this.#tell({kind: "reset", reason});
    // Nobody knows whether the new log has what the old one took from us: the count finds out.
    this.#outbox.forEach((item) => (item.settled = false, item.sentOn = null));
    this.#flush();
    // What the new log holds may be new to us: look, and hand on what is.
    if (head > 0) this.#send({op: "history", id: this.#ids++, room, last: this.#history});
    else this.#replayedWhenThere();
  }

  #entry(message, live) {
    const expected = this.#position.offset + 1;
    if (message.offset < expected) return;
    if (message.offset > expected) return this.#giveUp(); // a hole that nobody announced
    this.#position.offset = message.offset;
    this.#handOn(message, live);
    this.#replayedWhenThere();
  }

  #handOn(message, live) {
    const id = message.message_id;
    if (id !== undefined) {
      if (this.#known.has(id)) return;
      this.#known.add(id);
      if (this.#known.size > 2000) this.#known.delete(this.#known.values().next().value);
    }
    const own = this.#outbox.find((item) => item.messageId === id);
    if (own) {
      this.#drop(own);
      this.#tell({kind: "sent", key: own.key, message});
    } else {
      this.#tell({kind: "message", message, live});
    }
  }

  #replayedWhenThere() {
    if (this.#replaying && this.#position.offset >= this.#replayTo) this.#replayed();
  }

  #replayed() {
    this.#replaying = false;
    this.#tell({kind: "replayed"});
  }

  #page({epoch, messages}) {
    if (epoch === this.#position?.epoch) messages.forEach((message) => this.#handOn(message, false));
    this.#replayed();
  }

  #gap({room, ranges, reason}) {
    if (room !== this.#name) return this.#askForMembers();
    const count = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    this.#tell({kind: "lost", count, reason});
    this.#skip(ranges);
  }

  #skip(ranges) {
    for (const [from, to] of ranges) {
      if (this.#position.offset >= from - 1) this.#position.offset = Math.max(this.#position.offset, to);
    }
    this.#replayedWhenThere();
  }

  // -- Who is here ------------------------------------------------------------------------------

  #roster(members) {
    this.#members = new Map(members.map((member) => [member.session, member]));
    this.#tellMembers();
  }

  #presence({offset, event, member}) {
    const expected = this.#presenceOffset === null ? offset : this.#presenceOffset + 1;
    this.#presenceOffset = offset;
    if (offset !== expected) return this.#askForMembers();
    if (!member) return;
    const known = this.#members.has(member.session);
    if (event === "leave") this.#members.delete(member.session);
    else this.#members.set(member.session, member);
    if (known !== this.#members.has(member.session)) this.#tell({kind: "presence", event, member});
    this.#tellMembers();
  }

  #askForMembers() {
    this.#presenceOffset = null;
    this.#send({op: "members", id: this.#ids++, room: this.#name});
  }

  #tellMembers() {
    this.#tell({kind: "members", members: [...this.#members.values()]});
  }

  // -- Publishing -------------------------------------------------------------------------------
  // An item of the outbox stays there until its message has come back. `settled` is one that the server has
  // answered for; the others are sent again on each new connection, under the number that they have.

  #number(item) {
    item.incarnation = this.#incarnation;
    item.sequence = ++this.#sequence;
    item.messageId = `${this.#publisher}:${item.incarnation}:${item.sequence}`;
    item.sentOn = null;
  }

  #flush() {
    if (!this.#inRoom) return;
    for (const item of this.#outbox) {
      if (item.settled || item.sentOn === this.#socket) continue;
      item.id = this.#ids++;
      item.sentOn = this.#socket;
      this.#send({
        op: "publish", id: item.id, room: this.#name, event: "chat", type: "text", data: item.text, tags: item.tags,
        publisher: this.#publisher, incarnation: item.incarnation, sequence: item.sequence,
      });
    }
  }

  #published({id, epoch, offset}) {
    const item = this.#outbox.find((each) => each.id === id);
    if (!item) return;
    item.settled = true;
    if (epoch === this.#position?.epoch && offset <= this.#position.offset) { // it came before we knew it
      this.#drop(item);
      this.#tell({kind: "sent", key: item.key, message: null});
    }
  }

  #rejected({id, code, message, retryable}) {
    const item = this.#outbox.find((each) => each.id === id);
    if (!item) return;
    const first = this.#outbox.find((each) => !each.settled) === item;
    if (retryable || code === "sequence_gap" && !first) { // in doubt, or behind one that is
      item.sentOn = null;
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#flush(), FIRST_PAUSE);
    } else if (code === "sequence_gap" || code === "publisher_reset") {
      this.#countAnew();
    } else {
      this.#drop(item);
      this.#tell({kind: "failed", key: item.key, detail: message});
      this.#countAnew();
    }
  }

  #drop(item) {
    this.#outbox.splice(this.#outbox.indexOf(item), 1);
  }

  /** The room has lost our count, or we a message of it: what is not in the room is counted from 1 again. */
  #countAnew() {
    this.#incarnation = Math.max(Date.now(), this.#incarnation + 1);
    this.#sequence = 0;
    this.#outbox.filter((item) => !item.settled).forEach((item) => this.#number(item));
    this.#flush();
  }

  #error({id, message, retryable}) {
    if (id === undefined || id !== this.#joinId) return;
    if (retryable) return this.#giveUp();
    const socket = this.#socket;
    this.#socket = null;
    this.#inRoom = false;
    clearInterval(this.#heartbeat);
    socket?.close(1000);
    this.#tell({kind: "state", state: "ended", detail: message});
  }
}

/** Good also where the page is not a secure context, which has no randomUUID. */
function randomName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
}
