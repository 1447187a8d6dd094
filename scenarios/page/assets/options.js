// What ECharts is told for each kind of chart; sizes are pixels.
import { lanes } from "./lanes.js";
import { lines } from "./lines.js";

export const LETTER = 6.2;
/** The option of a chart on a look at a width; it also has the chart's `height`. */
export function optionOf(spec, look, width, opened) {
  const option = { lines, bars, intervals, lanes }[spec.kind](spec, look, width, opened);
  return {
    animation: false,
    textStyle: { fontFamily: "sans-serif", color: look.ink },
    title: [
      { text: spec.title, left: 4, top: 2, textStyle: { fontSize: 14, color: look.ink } },
      ...(width - LETTER * (1.3 * spec.title.length + spec.about.length) < 40 ? [] : [{
        text: spec.about, right: 6, top: 4,
        textStyle: { fontSize: 12, fontWeight: "normal", color: look.soft },
      }]),
    ],
    ...option,
  };
}

/** What arrow keys walk through: places of a chart with the point that they stand at. */
export function sayings(spec) {
  if (spec.kind === "lanes") {
    return spec.marks.map((mark) => ({ id: mark.id, point: [mark.first, mark.middle] }));
  }
  if (spec.kind !== "lines" || !spec.lines.length) {
    return [];
  }
  const line = spec.lines[0];
  return line.values.map((value, place) => ({ point: [line.start + place * line.step, value] }));
}

export function axes(look) {
  const quiet = { lineStyle: { color: look.soft } };
  return {
    axisLine: quiet, axisTick: quiet,
    axisLabel: { color: look.soft, fontSize: 11, hideOverlap: true },
    splitLine: { lineStyle: { color: look.line, opacity: 0.7 } },
  };
}

export function tooltip(look, formatter, trigger = "axis") {
  return {
    trigger, formatter, confine: true, backgroundColor: look.ground, borderColor: look.soft,
    textStyle: { color: look.ink, fontSize: 12 }, axisPointer: { lineStyle: { color: look.soft } },
    extraCssText: "max-width:340px;white-space:normal",
  };
}

export function safe(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

export function figure(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}

export function longest(words) {
  return Math.max(...words.map((each) => each.length));
}

function bars(spec, look, width) {
  const rows = spec.sets.flatMap(([heading, own]) => [[heading, null], ...own]);
  const room = Math.min(250, width * 0.52);
  const top = Math.max(0.3, ...rows.map((row) => Math.abs(row[1] || 0)));
  const heads = new Set(spec.sets.map((set) => set[0]));
  return {
    height: 40 + 20 * rows.length,
    grid: { left: room, right: 46, top: 30, bottom: 8 },
    xAxis: { type: "value", min: -1.6 * top, max: 1.3 * top, show: false },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row[0]), ...axes(look),
      axisTick: { show: false }, axisLine: { show: false },
      axisLabel: { fontSize: 12, interval: 0, width: room - 10, overflow: "truncate",
        color: (label) => (heads.has(label) ? "transparent" : look.ink) } },
    tooltip: tooltip(look, (each) => `${safe(each.name)}: <b>${signed(each.value)}</b>`, "item"),
    series: [
      { type: "bar", barWidth: 11, data: rows.map(([, value]) => ({ value: value === null ? "-"
        : value, itemStyle: { color: value >= 0 ? look[1] : look[0] },
      label: { show: value !== null, position: value >= 0 ? "right" : "left", color: look.ink,
        fontSize: 11, formatter: () => signed(value) } })),
      markLine: { silent: true, symbol: "none", label: { show: false },
        lineStyle: { color: look.soft, type: "solid", width: 1 }, data: [{ xAxis: 0 }] } },
      { type: "custom", silent: true, data: rows.map((_, place) => [0, place]),
        renderItem: (params, api) => {
          const [name, value] = rows[params.dataIndex];
          const y = api.coord([0, params.dataIndex])[1];
          return value === null ? { type: "text", style: { text: name, x: 4, y: y - 4,
            fill: look.ink, font: "bold 12.5px sans-serif", width: width - 8,
            overflow: "truncate" } } : null;
        } },
    ],
  };
}

function signed(value) {
  return (value >= 0 ? "+" : "−") + Math.abs(value).toFixed(2);
}

function intervals(spec, look, width) {
  const names = spec.rows.map((row) => row.words);
  const room = Math.min(30 + LETTER * longest(names), width * 0.5);
  const [full, hollow, known] = spec.key;
  const place = { full: [], hollow: [], known: [] };
  spec.rows.forEach((row, at) => {
    place[row.full ? "full" : "hollow"].push([row.value, at]);
    if (row.known !== null) {
      place.known.push([row.known, at]);
    }
  });
  const dots = (name, data, style) => ({ type: "scatter", name, data, symbolSize: 9, z: 3,
    ...style });
  return {
    height: 84 + 21 * names.length,
    grid: { left: room, right: 24, top: 30, bottom: 54 },
    xAxis: { type: "value", ...axes(look), name: spec.unit, nameLocation: "middle", nameGap: 24,
      scale: true, min: spec.low === null ? undefined : spec.low,
      max: spec.high === null ? undefined : spec.high },
    yAxis: { type: "category", inverse: true, data: names, ...axes(look),
      splitLine: { show: false },
      axisLabel: { color: look.ink, fontSize: 11.5, interval: 0, width: room - 12,
        overflow: "truncate" } },
    legend: { show: Boolean(full), bottom: 0, data: spec.key.filter((word) => word),
      selectedMode: false, textStyle: { color: look.ink } },
    tooltip: tooltip(look, (each) => {
      const row = spec.rows[each.value[1]];
      const ends = `${figure(row.low)} to ${figure(row.high)}`;
      return `${safe(row.words)}: <b>${figure(row.value)}</b> (${ends})`;
    }, "item"),
    series: [
      { type: "custom", silent: true, data: spec.rows.map((row, at) => [row.low, row.high, at]),
        encode: { x: [0, 1], y: 2 },
        renderItem: (_, api) => {
          const [one, other] = [0, 1].map((end) => api.coord([api.value(end), api.value(2)]));
          return { type: "line", shape: { x1: one[0], y1: one[1], x2: other[0], y2: other[1] },
            style: { stroke: look.soft, lineWidth: 2 } };
        } },
      dots(full, place.full, { itemStyle: { color: look[0] } }),
      dots(hollow, place.hollow, { symbol: "rect",
        itemStyle: { color: look.ground, borderColor: look[1], borderWidth: 2 } }),
      dots(known, place.known, { symbol: "rect", symbolSize: [3, 15],
        itemStyle: { color: look.ink } }),
      { type: "line", data: [], markLine: spec.line === null ? undefined : { silent: true,
        symbol: "none", label: { show: false }, lineStyle: { color: look.soft, type: "dotted" },
        data: [{ xAxis: spec.line }] } },
    ],
  };
}
