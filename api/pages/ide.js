// The IDE: GraphiQL on /graphql, with the tabs that the page was given and a sign-in of its own.
"use strict";

const { tabs, people, nonce } = JSON.parse(document.getElementById("given").textContent);
window.__webpack_nonce__ = nonce; // The name under which GraphiQL's dialogs look for it.

const UNTITLED = "<untitled>";
const RETRIES = 2;
const SIGN_IN = `mutation ($code: String!) {
  sessionStart(input: {code: $code}) {
    session { accessToken person { name } }
    userErrors { message }
  }
}`;

const find = (id) => document.getElementById(id);
let token = null;

// Queries and mutations go by HTTP. An authorization typed into the headers of a tab wins.
async function ask(url, given) {
  const headers = new Headers(given.headers);
  if (token && !headers.has("authorization")) headers.set("authorization", `Bearer ${token}`);
  const response = await fetch(url, { ...given, headers });
  if (response.status === 401) leave("The session is over 登录已失效");
  response.clone().json().then(notice, () => {});
  return response;
}

// A tab that signs in, as the README's does, signs in here.
function notice({ data }) {
  const session = data?.sessionStart?.session;
  if (session?.accessToken) enter(session);
}

// Subscriptions go by WebSocket, as whoever is signed in when it opens.
const socket = graphqlWs.createClient({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
  connectionParams: () => (token ? { authorization: `Bearer ${token}` } : {}),
  retryAttempts: RETRIES,
});
// A socket that can't be opened says no more than that; GraphiQL would show an empty event.
const subscriptions = {
  subscribe: (asked, sink) =>
    socket.subscribe(asked, {
      ...sink,
      error: (cause) =>
        sink.error(cause?.type === "error" ? new Error("The socket could not be opened.") : cause),
    }),
};

function enter({ accessToken, person }) {
  token = accessToken;
  tell(`Signed in 已登录: ${person?.name ?? ""}`);
}

function leave(why) {
  token = null;
  tell(why);
}

function tell(text) {
  socket.terminate(); // The next subscription, and those that are open, come as whoever it is now.
  find("person").textContent = text;
  find("leave").hidden = !token;
}

async function signIn() {
  const body = JSON.stringify({ query: SIGN_IN, variables: { code: `dev:${find("key").value}` } });
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
  try {
    const response = await fetch("/graphql", { method: "POST", headers, body });
    const { data, errors } = await response.json();
    const refused = errors ?? data.sessionStart.userErrors;
    if (refused.length) leave(refused[0].message);
    else enter(data.sessionStart.session);
  } catch (error) {
    leave(`The server did not answer: ${error.message}`);
  }
}

// GraphiQL calls a tab by its operation, and one without a name not at all.
function nameTabs(_changes, observer) {
  const buttons = [...document.querySelectorAll(".graphiql-tab-button")];
  buttons.forEach((button, place) => {
    const { title } = tabs[place];
    if (button.textContent === UNTITLED && title) button.textContent = button.title = title;
  });
  if (buttons.length) observer.disconnect();
}

for (const [key, role] of Object.entries(people)) find("key").add(new Option(`${key} ${role}`, key));
find("sign-in").hidden = !Object.keys(people).length;
find("enter").addEventListener("click", signIn);
find("leave").addEventListener("click", () => leave(""));

// Every visit begins with the README's tabs as they are today; what was run stays in the history.
for (const key of ["tabState", "query", "variables", "headers"]) {
  localStorage.removeItem(`graphiql:${key}`);
}
new MutationObserver(nameTabs).observe(find("graphiql"), { childList: true, subtree: true });
ReactDOM.createRoot(find("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({
      url: "/graphql", fetch: ask, wsClient: subscriptions, enableIncrementalDelivery: false,
    }),
    defaultTabs: tabs.map(({ query }) => ({ query })),
    shouldPersistHeaders: false,
  }),
);
