// Pictures to take away: exactly what is seen, with what decides it in the picture, in what files
// know of themselves, and in the name.
export const NS = "http://www.w3.org/2000/svg";

/** Save a picture (an SVG element) as SVG or PNG under a name, with a title and settings. */
export async function saved(svg, form, name, title, settings) {
  const picture = signed(svg, title, settings);
  const text = new XMLSerializer().serializeToString(picture);
  const file = new Blob([text], { type: "image/svg+xml" });
  const words = inWords(settings);
  hand(form === "svg" ? file : await png(picture, file, { Title: title, Description: words }),
    `lilliput-${name}.${form}`);
}

function inWords(settings) {
  return Object.entries(settings).map(([key, value]) => `${key}: ${value}`).join("; ");
}

/** A copy of a picture with its title and settings in and beneath it. */
function signed(svg, title, settings) {
  const copy = svg.cloneNode(true);
  const { width, height } = svg.viewBox.baseVal;
  const colours = look();
  const lines = wrapped(inWords(settings), width - 16);
  const whole = Math.ceil(height + 14 * lines.length + 8);
  copy.setAttribute("viewBox", `0 0 ${width} ${whole}`);
  copy.setAttribute("width", Math.round(width));
  copy.setAttribute("height", whole);
  copy.setAttribute("xmlns", NS);
  copy.removeAttribute("style");
  const ground = node("rect", { width, height: whole, fill: colours.ground });
  copy.prepend(node("title", {}, title), node("desc", {}, inWords(settings)), ground);
  lines.forEach((line, place) => copy.append(node("text", {
    x: 8, y: height + 14 * place + 12, fill: colours.soft, "font-size": 10.5,
    "font-family": "sans-serif",
  }, line)));
  return copy;
}

/** The colours of the page as it stands: ink, soft, line, ground, and the series by number. */
export function look() {
  const style = getComputedStyle(document.querySelector(".lp-page") || document.body);
  const of = (name) => style.getPropertyValue("--lp-" + name).trim();
  const colours = { ink: of("ink"), soft: of("soft"), line: of("line"), ground: of("ground") };
  for (let place = 0; place < 7; place += 1) {
    colours[place] = of("s" + place);
  }
  return colours;
}

export function node(tag, attributes, text = "") {
  const made = document.createElementNS(NS, tag);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.textContent = text;
  return made;
}

function wrapped(text, width) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = "10.5px sans-serif";
  return text.split(" ").reduce((lines, word) => {
    const longer = lines[lines.length - 1] ? lines[lines.length - 1] + " " + word : word;
    if (pen.measureText(longer).width > width && lines[lines.length - 1]) {
      return [...lines, word];
    }
    return [...lines.slice(0, -1), longer];
  }, [""]);
}

async function png(picture, file, texts) {
  const address = URL.createObjectURL(file);
  const image = new Image();
  image.src = address;
  await image.decode();
  URL.revokeObjectURL(address);
  const canvas = document.createElement("canvas");
  canvas.width = 2 * picture.getAttribute("width");
  canvas.height = 2 * picture.getAttribute("height");
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  return new Blob(withTexts(new Uint8Array(await made.arrayBuffer()), texts),
    { type: "image/png" });
}

/** A PNG file with texts about itself (chunks iTXt) behind its head of 33 bytes. */
function withTexts(bytes, texts) {
  const chunks = Object.entries(texts).map(([key, text]) => chunk(key, text));
  return [bytes.slice(0, 33), ...chunks, bytes.slice(33)];
}

function chunk(key, text) {
  const body = new TextEncoder().encode(`iTXt${key}\0\0\0\0\0${text}`);
  const whole = new DataView(new ArrayBuffer(body.length + 8));
  whole.setUint32(0, body.length - 4);
  body.forEach((byte, place) => whole.setUint8(4 + place, byte));
  whole.setUint32(body.length + 4, crc(body));
  return whole.buffer;
}

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** Hand a file (a blob) to whoever reads the page. */
export function hand(file, name) {
  const anchor = document.createElement("a");
  anchor.download = name;
  anchor.href = URL.createObjectURL(file);
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
}
