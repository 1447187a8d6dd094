// Lines over the years or another axis, with bands, sums, uprights, and rows of marks above.
import { LETTER, axes, figure, longest, safe, tooltip } from "./options.js";

export const SYMBOLS = {
  allied: "circle",
  estranged: "triangle",
  split: "path://M2,0L6,4L10,0L12,2L8,6L12,10L10,12L6,8L2,12L0,10L4,6L0,2Z",
  none: "square",
};
const SIGNS = { allied: "○", estranged: "▲", split: "✖", none: "■" };
/** Rows that a key takes at a width. */
export function rowsOf(names, width) {
  let [rows, left] = [1, width - 20];
  for (const name of names) {
    const own = 42 + LETTER * name.length;
    [rows, left] = own > left ? [rows + 1, width - 20 - own] : [rows, left - own];
  }
  return names.length ? rows : 0;
}

export function lines(spec, look, width) {
  const keys = [...spec.lines, ...spec.bands, ...spec.spans, ...spec.uprights];
  const names = [...new Set(keys.map((each) => each.words).filter((words) => words))];
  const rows = rowsOf(names, width);
  const above = 28 + 17 * spec.rows.length;
  const years = spec.across === "year";
  const beneath = (years ? 24 : 40) + 18 * rows;
  const left = spec.rows.length ? Math.max(46, 12 + LETTER * longest(spec.rows)) : 46;
  const grid = { left, right: 14, top: above, height: spec.height - 110 };
  const layers = stacked(spec.lines.filter((line) => line.stack));
  const top = topOf(spec, layers);
  const series = [
    ...[...spec.bands, ...layers].map((band) => bandSeries(band, look)),
    ...spec.uprights.map((each) => uprightSeries(each, look)),
    ...spec.lines.filter((line) => !line.stack).map((line) => lineSeries(line, look)),
    ...spec.spans.map((span) => spanSeries(span, look, years ? 0.15 : 0)),
    { type: "line", silent: true, symbol: "none", lineStyle: { opacity: 0 },
      data: reach(spec).map((value) => [spec.first, value]) },
    ...markSeries(spec, look),
  ];
  const axis = { type: "value", min: spec.first, max: spec.last, ...axes(look) };
  return {
    height: above + grid.height + beneath,
    grid: [grid, { left, right: 14, top: 26, height: Math.max(1, above - 30) }],
    xAxis: [
      { ...axis, gridIndex: 0, splitLine: { show: false },
        axisLabel: { ...axis.axisLabel,
          formatter: (value) => `${Number(value.toPrecision(3 + years))}` },
        ...(years ? { interval: spec.last - spec.first > 14 ? 5 : 1 }
          : { splitNumber: 3, name: spec.across, nameLocation: "middle", nameGap: 22 }) },
      { ...axis, gridIndex: 1, show: false },
    ],
    yAxis: [
      { type: "value", gridIndex: 0, ...axes(look), name: spec.unit, nameLocation: "middle",
        interval: spec.high === 1 ? 0.25 : spec.high === 100 ? 25 : undefined,
        nameGap: left - 14, nameTextStyle: { color: look.soft, fontSize: 11 }, splitNumber: 4,
        show: spec.unit !== "", min: spec.low === null ? undefined : spec.low,
        max: spec.high === null ? top : spec.high },
      { type: "category", gridIndex: 1, data: spec.rows, inverse: true, ...axes(look),
        axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } },
    ],
    legend: { data: names.map((name) => keyOf(name, spec)), bottom: 0, left: "center",
      itemHeight: 9, itemWidth: 22,
      selectedMode: false, textStyle: { color: look.ink, fontSize: 11.5 }, padding: 2, itemGap: 9 },
    tooltip: tooltip(look, (found) => hover(spec, look, found)),
    series,
  };
}

/** The highest and lowest of what is drawn but by lines, so that the axis has room for it. */
function reach(spec) {
  const bands = spec.bands.filter((band) => band.low.length);
  const ends = [...spec.spans.flatMap((span) => [span.low, span.high]),
    ...bands.flatMap((band) => [Math.min(...band.low), Math.max(...band.high)])];
  return ends.length ? [Math.min(...ends), Math.max(...ends)] : [];
}

/** Where an axis must end: above a stack, and at 1 where there is nothing but zeros. */
function topOf(spec, layers) {
  if (layers.length) {
    return Math.ceil(5 * Math.max(1, ...layers[layers.length - 1].high)) / 5;
  }
  const highest = Math.max(...reach(spec), ...spec.lines.flatMap((line) => line.values), 0);
  return highest > 0 ? undefined : 1;
}

/** An entry of the key: lines without a sign, sums and uprights as they are drawn. */
function keyOf(name, spec) {
  const within = (own) => own.some((each) => each.words === name);
  if (within(spec.spans)) {
    return { name, icon: "path://M0,4L20,4L20,7L0,7Z" };
  }
  if (within(spec.uprights.filter((each) => each.to === null))) {
    return { name, icon: "path://M4,0L6,0L6,12L4,12Z" };
  }
  const plain = within(spec.lines.filter((line) => !line.stack));
  if (plain) {
    return { name, itemStyle: { opacity: 0 } };
  }
  const band = spec.bands.find((each) => each.words === name);
  return { name, icon: "rect", itemStyle: { opacity: band ? 2 * band.opacity : 0.9 } };
}

function hover(spec, look, found) {
  const at = (Array.isArray(found) ? found[0] : found).axisValue;
  const said = [];
  const value = (own, start, step) => own[Math.round((at - start) / step)];
  for (const line of spec.lines) {
    const there = value(line.values, line.start, line.step);
    if (there !== undefined) {
      said.push(`${safe(line.words)}: <b>${figure(there)}</b>`);
    }
  }
  for (const band of spec.bands.filter((each) => each.words)) {
    const ends = [band.low, band.high].map((own) => value(own, band.start, band.step));
    if (ends[0] !== undefined) {
      said.push(`${safe(band.words)}: ${figure(ends[0])} to ${figure(ends[1])}`);
    }
  }
  for (const span of spec.spans.filter((each) => each.first <= at && at < each.last)) {
    said.push(safe(span.note || `${span.words}: ${figure(span.middle)}`));
  }
  for (const mark of spec.marks.filter((each) => Math.abs(each.at - at) <= 0.26)) {
    said.push(`${SIGNS[mark.status]} ${safe(spec.rows[mark.row])}: ${safe(mark.words)}`);
  }
  const year = Math.floor(at);
  const head = spec.across !== "year" ? `${spec.across} ${figure(at)}`
    : spec.lines.some((line) => line.step < 1) ? `${year} Q${Math.floor((at - year) * 4) + 1}`
      : `${year}`;
  return [`<b>${head}</b>`, ...said].join("<br>");
}

function lineSeries(line, look) {
  const paint = look[line.colour];
  return {
    type: "line", name: line.words, symbol: "none", step: line.stepped ? "end" : false, z: 4,
    color: paint, lineStyle: { color: paint, width: line.width, type: line.dash },
    areaStyle: line.fill ? { color: paint, opacity: line.fill, origin: 0 } : undefined,
    data: line.values.map((value, at) => [line.start + at * line.step, value]),
  };
}

/** Lines of a stack as bands upon one another, the first at the bottom. */
function stacked(own) {
  let low = own.length ? own[0].values.map(() => 0) : [];
  return own.map((line) => {
    const high = line.values.map((value, at) => low[at] + value);
    const band = { ...line, low, high, opacity: line.fill, edge: true };
    low = high;
    return band;
  });
}

function custom(name, paint, renderItem, z, data = [[0, 0]]) {
  return { type: "custom", name, color: paint, itemStyle: { color: paint }, renderItem, z, data,
    clip: true, silent: true };
}

function bandSeries(band, look) {
  const paint = look[band.colour];
  const along = (own) => own.flatMap((value, place) => {
    const at = band.start + place * band.step;
    return band.stepped ? [[at, value], [at + band.step, value]] : [[at, value]];
  });
  return custom(band.words, paint, (_, api) => ({
    type: "polygon",
    shape: { points: [...along(band.low), ...along(band.high).reverse()]
      .map((point) => api.coord(point)) },
    style: { fill: paint, opacity: band.opacity, stroke: band.edge ? look.ground : undefined },
  }), band.edge ? 2 : 1);
}

function uprightSeries(each, look) {
  const paint = look[each.colour];
  return custom(each.words, paint, (params, api) => {
    const { y, height } = params.coordSys;
    const x = api.coord([each.at, 0])[0];
    if (each.to === null) {
      const lineDash = { dotted: [2, 3], dashed: [6, 4] }[each.dash];
      const shape = { x1: x, x2: x, y1: y, y2: y + height };
      return { type: "line", shape, style: { stroke: paint, lineWidth: 1.4, lineDash } };
    }
    const shape = { x, y, width: api.coord([each.to, 0])[0] - x, height };
    return { type: "rect", shape, style: { fill: paint, opacity: 0.12 } };
  }, 2);
}

function spanSeries(span, look, gap) {
  const paint = look[span.colour];
  return custom(span.words, paint, (_, api) => {
    const [one, other] = [span.first + gap, span.last - gap].map(
      (at) => api.coord([at, span.middle]));
    const style = { stroke: paint, fill: "none", lineWidth: span.colour === "ink" ? 2.4 : 2,
      lineDash: gap && span.colour !== "ink" ? [5, 3] : undefined };
    const middle = (one[0] + other[0]) / 2;
    const [low, high] = [span.low, span.high].map((end) => api.coord([span.first, end])[1]);
    return { type: "group", children: [
      { type: "line", shape: { x1: one[0], y1: one[1], x2: other[0], y2: other[1] }, style },
      { type: "line", shape: { x1: middle, x2: middle, y1: low, y2: high }, style },
    ] };
  }, 5);
}

function markSeries(spec, look) {
  const strips = (spec.strips || []).map((strip) => custom("", look.ink, (params, api) => {
    const at = strip.start + params.dataIndex * strip.step;
    const [x, y] = api.coord([at - strip.step / 2, strip.row]);
    const width = Math.max(api.size([strip.step, 0])[0], 1.5);
    const share = api.value(1) / Math.max(...strip.counts);
    return { type: "rect", shape: { x, y: y - 6, width, height: 12 },
      style: { fill: look.soft, opacity: share ? 0.15 + 0.85 * share : 0 } };
  }, 1, strip.counts.map((count, place) => [place, count])));
  const marks = spec.rows.map((_, row) => ({
    type: "scatter", z: 6, data: spec.marks.filter((mark) => mark.row === row).map((mark) => ({
      value: [mark.at, row], symbol: SYMBOLS[mark.status], symbolSize: 10,
      itemStyle: {
        color: mark.status === "allied" ? look.ground : look[mark.colour],
        borderColor: look[mark.colour], borderWidth: mark.status === "allied" ? 1.6 : 0,
      },
    })),
  }));
  return [...strips, ...marks].map((each) => ({ ...each, xAxisIndex: 1, yAxisIndex: 1 }));
}

