// The start page: asks /graphql as any client would, and draws the care map from its answer.
"use strict";

const CITY = { west: 119.96, south: 31.69, east: 120.6, north: 32.01 };
const [WIDTH, HEIGHT] = [600, 354];
const KINDS = {
  BEE_STATION: ["小蜜蜂驿站", "#d99100"],
  DRIVER_STATION: ["司机驿站", "#5b6ee1"],
  LIVE_ROOM: ["红色直播间", "#d1495b"],
  LOVE_RESTAURANT: ["爱心餐厅", "#2f9e62"],
  LOVE_PHARMACY: ["爱心药店", "#1c8fa8"],
  LOVE_SHOP: ["爱心公益超市", "#a1589e"],
};
const SEVERAL = "#66736d";
const MAP_ZOOM = 11;

const near = (longitude, latitude) => `{
  stationsNear(
    near: {longitude: ${longitude}, latitude: ${latitude}}
    first: 3
  ) {
    edges {
      distanceMeters
      openNow
      node { name kind address phone grid { name } }
    }
  }
}`;
const EXAMPLES = {
  "附近阵地 near me": near(120.275, 31.91),
  "登录 sign in": `mutation {
  sessionStart(input: {code: "dev:resident"}) {
    session { accessToken expiresAt person { id name } }
    userErrors { code message path }
  }
}`,
  "我 viewer": "{\n  viewer { id name roles }\n}",
  "网格 grid": `{
  areaAt(point: {longitude: 120.275, latitude: 31.91}) {
    name population partyOrganisation
    path { level name }
    staffing { isComplete missing { role count } }
    staff { role name }
  }
}`,
};

const find = (id) => document.getElementById(id);
let token = null;

async function ask(query, variables, as = token) {
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
  if (as) headers.authorization = `Bearer ${as}`;
  const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  return response.json();
}

async function run() {
  const began = performance.now();
  try {
    const answer = await ask(find("query").value);
    const took = performance.now() - began;
    find("answer").textContent = JSON.stringify(answer, null, 2);
    signIn(answer.data?.sessionStart?.session);
    find("run").title = `${took.toFixed(1)} ms`;
  } catch (error) {
    find("answer").textContent = `The server did not answer: ${error.message}`;
  }
}

function signIn(session) {
  if (!session) return;
  token = session.accessToken;
  find("person").textContent = `Signed in: ${session.person.name}`;
}

function show(query) {
  find("query").value = query;
  for (const button of find("examples").children) {
    button.setAttribute("aria-pressed", String(EXAMPLES[button.textContent] === query));
  }
  return run();
}

function project({ longitude, latitude }) {
  const x = ((longitude - CITY.west) / (CITY.east - CITY.west)) * WIDTH;
  const y = ((CITY.north - latitude) / (CITY.north - CITY.south)) * HEIGHT;
  return [x, y];
}

function element(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

function mark({ point, count, station }) {
  const [x, y] = project(point);
  const [label, colour] = station ? KINDS[station.kind] : [`${count} 个阵地`, SEVERAL];
  const name = station ? `${station.name} · ${label}` : label;
  const group = element("g", { class: "mark", tabindex: 0, role: "button", "aria-label": name });
  const radius = station ? 6 : Math.min(17, 8 + Math.sqrt(count) * 1.6);
  group.append(element("circle", { cx: x, cy: y, r: radius, fill: colour }), element("title", {}, name));
  if (!station) group.append(element("text", { x, y }, String(count)));
  const pick = () => {
    find("picked").textContent = station ? `${name} · ${station.address}` : `${name}在此处附近`;
    show(near(point.longitude.toFixed(5), point.latitude.toFixed(5)));
  };
  group.addEventListener("click", pick);
  group.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      pick();
    }
  });
  return group;
}

async function drawMap() {
  const { data } = await ask(
    `query ($viewport: ViewportInput!, $zoom: Int!) {
      careMap(viewport: $viewport, zoom: $zoom) {
        markers { count point { longitude latitude } station { name kind address } }
      }
    }`,
    { viewport: CITY, zoom: MAP_ZOOM },
  );
  const markers = data.careMap.markers.sort((a, b) => b.count - a.count);
  find("map").append(...markers.map(mark));
  const total = markers.reduce((sum, marker) => sum + marker.count, 0);
  find("legend").replaceChildren(
    ...Object.values(KINDS).map(([label, colour]) => {
      const entry = document.createElement("span");
      const dot = document.createElement("i");
      dot.style.background = colour;
      entry.append(dot, label);
      return entry;
    }),
  );
  return total;
}

function drawTown({ name, point }) {
  const [x, y] = project(point);
  return element("text", { x, y, class: "town" }, name);
}

async function drawTowns() {
  const { data } = await ask(`{
    areas(search: "市", level: CITY, first: 1) {
      nodes { name population children(first: 100) { nodes { name point { longitude latitude } } } }
    }
  }`);
  const city = data.areas.nodes[0];
  if (!city) return "";
  find("map").append(...city.children.nodes.map(drawTown));
  return `${city.name}, ${city.population.toLocaleString("en")} residents · `;
}

async function greet() {
  const total = await drawMap();
  const city = await drawTowns(); // Drawn last, so that no mark hides a name.
  find("status").textContent = `Running · ${city}${total} care stations on the map`;
}

for (const [label, query] of Object.entries(EXAMPLES)) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", () => show(query));
  find("examples").append(button);
}
find("run").addEventListener("click", run);
find("query").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
});
show(EXAMPLES["附近阵地 near me"]);
greet().catch((error) => {
  find("status").textContent = `The server did not answer: ${error.message}`;
});
