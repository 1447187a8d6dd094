// A time line in lanes: every mark a row of the record, events as signs and amounts as bars.
import { axes, safe, tooltip } from "./options.js";
import { SYMBOLS, rowsOf } from "./lines.js";

export function lanes(spec, look, width, opened) {
  const narrow = width < 600;
  const left = narrow ? 20 : 150;
  const key = 18 * rowsOf(spec.key.map((each) => each.words), width);
  return {
    height: 88 + spec.depth + key,
    grid: { left, right: 14, top: 46, height: spec.depth },
    legend: { bottom: 0, left: "center", selectedMode: false, itemHeight: 10, itemGap: 9,
      textStyle: { color: look.ink }, data: spec.key.map((each) => ({ name: each.words,
        icon: each.shape === "bar" ? "rect" : SYMBOLS[each.shape] || "diamond" })) },
    xAxis: [0, 1].map((place) => ({ type: "value", min: spec.first, max: spec.last, interval: 5,
      position: place ? "top" : "bottom", ...axes(look),
      axisLabel: { color: look.soft, fontSize: 11,
        formatter: (year) => (year % 5 ? "" : String(year)) } })),
    yAxis: { type: "value", min: 0, max: Math.max(spec.depth, 1), inverse: true, show: false },
    tooltip: tooltip(look, (each) => safe(each.data.words), "item"),
    series: [
      { type: "custom", silent: true, data: spec.lanes.map((lane) => [spec.first, lane.top]),
        renderItem: (params, api) => laneOf(spec.lanes[params.dataIndex], spec, api, look, narrow,
          width) },
      { type: "custom", data: spec.marks.map((mark) => ({
        value: [mark.first, mark.middle], id: mark.id, words: mark.hint })),
        renderItem: (params, api) => drawn(spec.marks[params.dataIndex], spec, api, look, opened) },
      { type: "scatter", data: [], xAxisIndex: 1 },
      ...spec.key.map((each) => ({ type: "scatter", name: each.words, data: [],
        color: look[each.colour] })),
    ],
  };
}

function laneOf(lane, spec, api, look, narrow, width) {
  const [x, y] = api.coord([spec.first, lane.top]);
  const text = { text: lane.title, x: narrow ? x + 2 : x - 8, y: y + 4, fill: look.ink,
    font: narrow ? "bold 12px sans-serif" : "13px sans-serif",
    align: narrow ? "left" : "right", verticalAlign: "top" };
  const shape = { x1: x, x2: width - 14, y1: y, y2: y };
  return { type: "group", children: [
    { type: "line", shape, style: { stroke: look.line } }, { type: "text", style: text },
  ] };
}

function drawn(mark, spec, api, look, opened) {
  const paint = look[mark.colour];
  const high = Math.min(12, spec.step - 2);
  const [x, y] = api.coord([mark.at === null ? mark.first : mark.at, mark.middle]);
  const strong = mark.role === "target" || mark.id === opened;
  const style = {
    fill: mark.hollow ? look.ground : paint, stroke: strong ? look.ink : paint,
    lineWidth: mark.id === opened ? 3 : strong ? 1.6 : 1,
    lineDash: mark.role === "held out" ? [2, 2] : undefined,
  };
  const children = [];
  if (mark.at === null) {
    const wide = Math.max(api.coord([mark.end, 0])[0] - x, 3);
    const shape = { x, y: y - high / 2, width: wide, height: high };
    children.push({ type: "rect", shape, style });
  } else {
    children.push(sign(mark.shape, x, y, Math.max(5, high / 2), style));
  }
  if (spec.words && mark.words) {
    const edge = api.coord([mark.before ? mark.first : mark.end, 0])[0];
    children.push({ type: "text", silent: true, style: { text: mark.words, y, fill: look.ink,
      x: edge + (mark.before ? -6 : 6), align: mark.before ? "right" : "left",
      verticalAlign: "middle", font: "11.5px sans-serif" } });
  }
  return { type: "group", children };
}

function sign(status, x, y, size, style) {
  if (status === "allied") {
    return { type: "circle", shape: { cx: x, cy: y, r: size },
      style: { ...style, fill: "transparent", lineWidth: 2 } };
  }
  if (status === "split") {
    const pathData = `M${x - size},${y - size}L${x + size},${y + size}`
      + `M${x + size},${y - size}L${x - size},${y + size}`;
    return { type: "path", shape: { pathData }, style: { ...style, fill: "none", lineWidth: 3 } };
  }
  if (status === "none") {
    return { type: "rect", shape: { x: x - size, y: y - size, width: 2 * size, height: 2 * size },
      style };
  }
  const points = status === "estranged"
    ? [[x, y - size], [x + size, y + size], [x - size, y + size]]
    : [[x, y - size], [x + size, y], [x, y + size], [x - size, y]];
  return { type: "polygon", shape: { points }, style };
}
