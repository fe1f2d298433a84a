// One ticket of the start page, live: the demo grid's worker watches it move (see start.js).
"use strict";

const WORKER = "dev:worker:900"; // Whoever works where the demo tickets are reported.
const STEPS = ["SUBMITTED", "DISPATCHED", "ACKNOWLEDGED", "IN_PROGRESS", "RESOLVED", "CALLBACK", "CLOSED"];
const EVENTS_MOST = 4;
const [RETRY_MILLISECONDS, PATIENT_MILLISECONDS] = [2000, 30000];
const TOKEN_MILLISECONDS_LEAST = 60000;
const PROTOCOL = "graphql-transport-ws";

const SIGN_IN = `mutation ($code: String!) {
  sessionStart(input: {code: $code}) {
    session { accessToken refreshToken expiresAt }
    userErrors { message }
  }
}`;
const REFRESH = `mutation ($token: String!) {
  sessionRefresh(input: {refreshToken: $token}) {
    session { accessToken refreshToken expiresAt }
    userErrors { message }
  }
}`;
const WORDS = `{
  states: __type(name: "TicketState") { enumValues { name description } }
  moves: __type(name: "TicketMove") { enumValues { name description } }
}`;
const OFFICES = "{ viewer { appointments { area { code level } } } }";
const NOW = `query ($areaCode: String!, $states: [TicketState!]) {
  tickets(filter: {areaCode: $areaCode, states: $states}, first: 50) {
    nodes {
      id number state version text submittedAt categoryInfo { name } area { name } unit { name }
      events(first: 40) { nodes { version kind at actor { name } text } }
    }
  }
}`;
const FOLLOW = `subscription ($areaCode: String!, $after: Int) {
  areaTicketsChanged(areaCode: $areaCode, after: $after) {
    kind
    position
    ticket {
      id number state version text submittedAt categoryInfo { name } area { name } unit { name }
      events(first: 40) { nodes { version kind at actor { name } text } }
    }
  }
}`;

const watch = { session: null, areaCode: null, after: null, words: {}, shown: null, hasMoved: false };

function tell(text, isLive) {
  find("ticket-status").textContent = text;
  find("ticket").classList.toggle("live", isLive);
}

async function sessionBy(query, variables) {
  const { data } = await ask(query, variables, null);
  const answer = data.sessionStart ?? data.sessionRefresh;
  watch.session = answer.session;
  if (answer.session) sessionStorage.setItem("worker", JSON.stringify(answer.session));
  return answer.session;
}

async function enter() {
  const kept = JSON.parse(sessionStorage.getItem("worker") ?? "null");
  const isFresh = kept && Date.parse(kept.expiresAt) - Date.now() > TOKEN_MILLISECONDS_LEAST;
  watch.session = isFresh ? kept : await sessionBy(SIGN_IN, { code: WORKER });
  return watch.session;
}

function leave() {
  sessionStorage.removeItem("worker");
  watch.session = null;
}

// A word's description ends with its Chinese term.
async function learn() {
  const { data } = await ask(WORDS, undefined, null);
  for (const { enumValues } of Object.values(data ?? {})) {
    for (const { name, description } of enumValues) watch.words[name] = description.split(" ").pop();
  }
}

const word = (name) => watch.words[name] ?? name;
const isOver = ({ state }) => STEPS.indexOf(state) === STEPS.length - 1 || !STEPS.includes(state);

function entry(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function draw(ticket) {
  watch.shown = ticket;
  const unit = ticket.unit ? ` → ${ticket.unit.name}` : "";
  find("ticket-line").replaceChildren(
    entry("b", "", ticket.categoryInfo?.name ?? ""),
    ` ${ticket.number} · ${ticket.area.name}${unit}`,
  );
  find("ticket-text").textContent = ticket.text ?? "";
  const place = STEPS.indexOf(ticket.state);
  const steps = place < 0 ? [...STEPS, ticket.state] : STEPS;
  find("ticket-steps").replaceChildren(
    ...steps.map((state, at) => {
      const step = entry("li", at < place ? "done" : "", word(state));
      if (state === ticket.state) step.setAttribute("aria-current", "step");
      return step;
    }),
  );
  find("ticket-events").replaceChildren(
    ...ticket.events.nodes.slice(-EVENTS_MOST).reverse().map(happened),
  );
}

function happened({ kind, at, actor, text }) {
  const line = document.createElement("li");
  const time = entry("time", "", new Date(at).toLocaleTimeString("zh-CN", { hour12: false }));
  line.append(time, entry("b", "", word(kind)), ` ${[actor?.name, text].filter(Boolean).join("：")}`);
  return line;
}

// Stays with a ticket to its end; one that nothing happens to gives way.
function take(ticket) {
  const { shown, hasMoved } = watch;
  const isSame = shown?.id === ticket.id;
  if (isSame ? ticket.version < shown.version : shown && hasMoved && !isOver(shown)) return;
  watch.hasMoved = true;
  draw(ticket);
}

async function begin() {
  const { data } = await ask(
    NOW, { areaCode: watch.areaCode, states: STEPS.slice(0, -1) }, watch.session.accessToken,
  );
  const [latest] = data.tickets.nodes.sort((a, b) => b.submittedAt.localeCompare(a.submittedAt));
  if (latest && !watch.hasMoved) draw(latest);
}

function receive({ kind, position, ticket }) {
  watch.after = position;
  if (ticket) take(ticket);
  else if (kind !== "CHANGE") begin().catch(() => {});
}

async function renew(socket) {
  const session = await sessionBy(REFRESH, { token: watch.session.refreshToken });
  if (session) socket.send(JSON.stringify({ type: "pong", payload: { token: session.accessToken } }));
}

function follow() {
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/graphql", PROTOCOL);
  const send = (message) => socket.send(JSON.stringify(message));
  socket.onopen = () => send({ type: "connection_init", payload: { token: watch.session.accessToken } });
  socket.onmessage = ({ data }) => {
    const { type, payload } = JSON.parse(data);
    if (type === "connection_ack") {
      const { areaCode, after } = watch;
      send({ id: "1", type: "subscribe", payload: { query: FOLLOW, variables: { areaCode, after } } });
      tell("Live 实时", true);
    } else if (type === "ping") {
      if (payload?.tokenExpiresIn) renew(socket).catch(leave);
      else send({ type: "pong" });
    } else if (type === "next" && payload.data) receive(payload.data.areaTicketsChanged);
    else if (type === "error" || type === "complete") socket.close();
  };
  socket.onclose = ({ code }) => {
    if (code !== 1012) leave(); // Whatever else it was, a new session is sure to be taken.
    tell("Connecting again 正在重连…", false);
    setTimeout(start, RETRY_MILLISECONDS);
  };
}

async function start() {
  try {
    if (!(await enter())) {
      tell("Nobody can watch here yet. 暂无法查看。", false);
      setTimeout(start, PATIENT_MILLISECONDS);
      return;
    }
    if (!watch.areaCode) {
      await learn();
      const { data } = await ask(OFFICES, undefined, watch.session.accessToken);
      watch.areaCode = data.viewer.appointments.find(({ area }) => area.level === "GRID").area.code;
    }
    follow();
  } catch (error) {
    leave();
    tell(`The server did not answer: ${error.message}`, false);
    setTimeout(start, RETRY_MILLISECONDS);
  }
}

// Elsewhere nobody is signed in without being asked.
if ("developers" in document.body.dataset) start();
else find("ticket").hidden = true;
