// The four countries on a map of their time: ties by status and support, aid as arrows.
// Ties run between boxes, which stand where there is room; small countries are pointed at.
import { NS, node } from "./files.js";

/** The part of assets/countries.json that is seen, in kilometres east and north of its middle. */
const VIEW = { left: -5750, right: 4950, top: 4250, bottom: -2150 };
/** Where the box of each country stands, and the place that it points at. */
const PLACES = {
  albania: { box: [-3900, -450], at: [-4140, 1450] },
  china: { box: [2600, 150], at: null },
  ussr: { box: [300, 3000], at: null },
  yugoslavia: { box: [-4500, 3250], at: [-4000, 1790] },
};
/** How far along a tie from the client its words stand, so that no two are in the same place. */
const WORDS = {
  "albania-ussr": 0.42, "yugoslavia-china": 0.62, "yugoslavia-ussr": 0.5, "china-ussr": 0.5,
  "albania-yugoslavia": 0.5, "albania-china": 0.5,
};
const LEAST_AID = 0.05;
const LETTER = 12.5;

// Asked for at once: the server is still making ready what stands on the map.
const outlines = fetch("/static/assets/countries.json").then((file) => file.json());
let ground = {};

/** The map of a quarter as an SVG element, `width` pixels wide; its ties name their pairs. */
export async function mapOf(history, frame, quarter, width, look) {
  const land = (await outlines).features;
  const scale = width / (VIEW.right - VIEW.left);
  const height = Math.round(scale * (VIEW.top - VIEW.bottom));
  const spot = ([x, y]) => [(x - VIEW.left) * scale, (VIEW.top - y) * scale];
  const svg = node("svg", { xmlns: NS, viewBox: `0 0 ${width} ${height}`, width: "100%",
    "font-family": "sans-serif" });
  svg.append(groundOf(land, spot, look, `${width} ${look.ground}`));
  const { ties, aid, leaders } = history.map;
  const boxes = {};
  for (const [country, { box, at }] of Object.entries(PLACES)) {
    boxes[country] = boxOf(spot(box), frame.countries[country], leaders[country][quarter], look);
    if (at) {
      svg.append(pointer(boxes[country], spot(at), look));
    }
  }
  const labels = [];
  for (const [pair, tie] of Object.entries(ties)) {
    const [client, patron] = pair.split("-");
    const line = clear(boxes[client], boxes[patron]);
    const own = node("g", { "data-pair": pair, cursor: "pointer" });
    own.append(...tieOf(line, tie.status[quarter], tie.support[quarter], look));
    svg.append(own);
    const words = wordsOf(tie.status[quarter], tie.support[quarter]);
    if (words.length) {
      own.append(path(line, { stroke: "transparent", "stroke-width": 24 }));
      labels.push([along(line, WORDS[pair] || 0.5), words, look.ink, "normal", pair]);
    }
  }
  for (const [pair, amounts] of Object.entries(aid)) {
    const amount = amounts[quarter];
    if (amount >= LEAST_AID) {
      const [patron, client] = pair.split(">");
      const line = clear(boxes[patron], boxes[client]);
      const arrow = shifted(line, 12);
      const wide = Math.min(1.5 + 0.75 * Math.sqrt(amount), 9);
      svg.append(arrowOf(arrow, wide, look));
      const words = [`$${amount < 100 ? amount.toFixed(1) : amount.toFixed(0)}m`];
      labels.push([along(shifted(line, 27), 0.72), words, look[2], "bold"]);
    }
  }
  labels.forEach((label) => svg.append(labelOf(look, ...label)));
  Object.values(boxes).forEach((box) => svg.append(...box.parts));
  return svg;
}

/** The land, drawn once for a width and a look; it goes from the map before into the next. */
function groundOf(land, spot, look, key) {
  if (ground.key !== key) {
    ground = { key, group: node("g", {}) };
    for (const { properties, geometry } of land) {
      const own = properties.country !== "land";
      ground.group.append(node("path", {
        d: outline(geometry, spot), fill: own ? look.line : look.ground,
        stroke: own ? look.soft : look.line, "stroke-width": own ? 0.9 : 0.7,
      }));
    }
  }
  return ground.group;
}

function outline(geometry, spot) {
  const many = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return many.flat().map((ring) => "M" + ring.map((point) => spot(point)
    .map((place) => place.toFixed(1)).join(",")).join("L") + "Z").join("");
}

function boxOf([x, y], name, leader, look) {
  const who = leader || "not there";
  const wide = Math.max(1.25 * name.length, who.length) * 0.56 * LETTER + 14;
  const left = Math.max(3, x - wide / 2);
  const middle = left + wide / 2;
  const shared = { "text-anchor": "middle", x: middle };
  return { x: middle, y, wide, high: 38, parts: [
    node("rect", { x: left, y: y - 19, width: wide, height: 38, rx: 6, fill: look.ground,
      stroke: leader ? look.ink : look.soft, "stroke-width": 1.3,
      "stroke-dasharray": leader ? "none" : "2 3" }),
    node("text", { ...shared, y: y - 3, fill: look.ink, "font-weight": "bold",
      "font-size": LETTER * 1.15 }, name),
    node("text", { ...shared, y: y + 13, fill: look.soft, "font-size": LETTER }, who),
  ] };
}

function pointer(box, [x, y], look) {
  return node("path", { d: `M${box.x},${box.y}L${x},${y}`, stroke: look.soft, fill: "none",
    "stroke-width": 1, "stroke-dasharray": "1 3" });
}

/** A line from the edge of one box to the edge of another. */
function clear(one, other) {
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  const edge = (box) => Math.min((box.wide / 2 + 5) / Math.abs(dx || 1e-9),
    (box.high / 2 + 5) / Math.abs(dy || 1e-9));
  const [from, to] = [edge(one), 1 - edge(other)];
  return [one.x + from * dx, one.y + from * dy, one.x + to * dx, one.y + to * dy];
}

function along([x, y, toX, toY], share) {
  return [x + share * (toX - x), y + share * (toY - y)];
}

/** The direction of a line: how far east and south a pixel along it leads. */
function direction([x, y, toX, toY]) {
  const long = Math.hypot(toX - x, toY - y) || 1;
  return [(toX - x) / long, (toY - y) / long];
}

function shifted(line, aside) {
  const [ux, uy] = direction(line);
  const [x, y, toX, toY] = line;
  return [x + aside * uy, y - aside * ux, toX + aside * uy, toY - aside * ux];
}

function path([x, y, toX, toY], attributes) {
  return node("path", { d: `M${x},${y}L${toX},${toY}`, fill: "none", ...attributes });
}

function wordsOf(status, support) {
  const words = { allied: "allied", estranged: "open dispute", split: "broken" }[status];
  return !words || status === "split" ? [words].filter((each) => each)
    : [`${status === "allied" ? "" : "dispute, "}support ${support.toFixed(2)}`];
}

/** Solid between allies, the wider the more support; dashed in a dispute; cut after a break. */
function tieOf(line, status, support, look) {
  if (status === "none") {
    return [];
  }
  if (status === "split") {
    const [from, to] = gapOf(line);
    const ends = [[...line.slice(0, 2), ...along(line, from)], [...along(line, to),
      ...line.slice(2)]];
    const cuts = [from, to].map((share) => cut(line, share));
    return [...ends.map((end) => path(end, { stroke: look.soft, "stroke-width": 1.6 })),
      ...cuts.map((end) => path(end, { stroke: look.ink, "stroke-width": 2.4 }))];
  }
  const style = { stroke: look[0], "stroke-width": 1.5 + 6 * support,
    "stroke-dasharray": status === "estranged" ? "9 6" : "none" };
  return [path(line, style)];
}

/** Where a cut line stops and goes on, as shares of it: its word stands free between. */
function gapOf(line) {
  const [wide, high] = [Math.abs(line[2] - line[0]), Math.abs(line[3] - line[1])];
  const long = Math.hypot(wide, high) || 1;
  const half = Math.min(0.4, Math.max(0.14, (26 * wide + 10 * high) / long ** 2));
  return [0.5 - half, 0.5 + half];
}

function cut(line, share) {
  const [x, y] = along(line, share);
  const [ux, uy] = direction(line);
  return [x + 8 * uy, y - 8 * ux, x - 8 * uy, y + 8 * ux];
}

function arrowOf(line, wide, look) {
  const head = 6 + wide;
  const [ux, uy] = direction(line);
  const [x, y] = [line[2] - head * ux, line[3] - head * uy];
  const side = [0.62 * head * uy, 0.62 * head * ux];
  const group = node("g", { fill: look[2] });
  group.append(
    path([line[0], line[1], x, y], { stroke: look[2], "stroke-width": wide }),
    node("path", { d: `M${line[2]},${line[3]}L${x - side[0]},${y + side[1]}`
      + `L${x + side[0]},${y - side[1]}Z` }),
  );
  return group;
}

function labelOf(look, [x, y], lines, colour, weight, pair = "") {
  const chosen = pair ? { "data-pair": pair, cursor: "pointer" } : { "pointer-events": "none" };
  const group = node("g", { ...chosen, "text-anchor": "middle", "font-size": LETTER,
    "font-weight": weight, fill: colour, stroke: look.ground, "stroke-width": 3.5, "paint-order": "stroke",
    "stroke-linejoin": "round" });
  lines.forEach((line, place) => group.append(
    node("text", { x, y: y + (place - (lines.length - 1) / 2) * 14 + 4 }, line)));
  return group;
}
