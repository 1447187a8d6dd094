// Charts: drawn by ECharts from what the server says there is to see (parts/chart.py), here in the
// browser, so that a step, a hover or another look asks nobody.
import * as echarts from "/_solara/cdn/echarts@5.4.0/dist/echarts.esm.min.js";
import { look, node, saved } from "./files.js";
import { optionOf, sayings } from "./options.js";

const live = new Set();

/** One chart in an element; `choose` is told what is clicked: a place on the axis, or a mark. */
export class Chart {
  constructor(element, choose) {
    this.element = element;
    this.choose = choose || (() => {});
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(element);
    element.addEventListener("keydown", (event) => this.key(event));
    // The element's own clicks: one during which the chart is drawn anew counts too.
    element.addEventListener("click", (event) => this.click(event));
    live.add(this);
  }

  /** Draw a chart; `at` is the place looked at on its axis, if any, `opened` the mark. */
  show(spec, at = null, opened = "") {
    Object.assign(this, { spec, at, opened, place: null });
    this.draw();
  }

  draw() {
    const { element, spec } = this;
    this.width = element.clientWidth;
    if (!spec || !this.width) {
      return;
    }
    const option = optionOf(spec, look(), this.width, this.opened);
    element.style.height = option.height + "px";
    if (!this.chart) {
      this.chart = echarts.init(element, null, { renderer: "svg" });
      // Press and release, not the click: there is none if the mark was drawn anew in between.
      this.chart.on("mousedown", ({ data, event }) => {
        this.pressed = !event.event.button && data && data.id;
      });
      this.chart.on("mouseup", ({ data }) => this.release(data && data.id));
    }
    this.chart.resize();
    this.chart.setOption(option, true);
    this.grid = [option.grid].flat()[0];
    this.look(this.at);
  }

  /** Move the line of the place looked at; what is to come is veiled. Nothing is drawn anew. */
  look(at) {
    this.at = at;
    if (!this.chart || at === null) {
      return;
    }
    if (!this.veil) {
      this.veil = document.createElement("div");
      this.veil.className = "lp-veil";
    }
    if (!this.veil.isConnected) {
      this.element.append(this.veil);
    }
    const { left, width } = this.ends();
    Object.assign(this.veil.style, { top: this.grid.top + "px", height: this.grid.height + "px",
      width: width + "px", transform: `translateX(${left}px)` });
  }

  /** From where to where what is to come stretches, in pixels. */
  ends() {
    const { first, last } = this.spec;
    const [from, to] = [this.grid.left, this.width - this.grid.right];
    const left = from + ((this.at - first) / (last - first)) * (to - from);
    return { left, width: to - left };
  }

  fit() {
    if (this.spec && this.element.clientWidth !== this.width) {
      this.draw();
    }
  }

  /** A mark is chosen where it was both pressed and let go. */
  release(id) {
    const pressed = this.pressed;
    this.pressed = null;
    if (id && id === pressed) {
      this.choose(id);
    }
  }

  click(event) {
    const { left, top } = this.element.getBoundingClientRect();
    const within = [event.clientX - left, event.clientY - top];
    const lines = this.chart && this.spec.kind === "lines";
    if (lines && this.chart.containPixel({ gridIndex: 0 }, within)) {
      this.choose(this.chart.convertFromPixel({ gridIndex: 0 }, within)[0]);
    }
  }

  /** Arrow keys go from mark to mark, or along the axis, and tell what is there. */
  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const marks = sayings(this.spec);
    if (event.key === "Enter" && this.place !== null && marks.length && marks[this.place].id) {
      this.choose(marks[this.place].id);
    }
    if (!step || !marks.length || !this.chart) {
      return;
    }
    event.preventDefault();
    const start = this.place === null ? (step > 0 ? -1 : 0) : this.place;
    this.place = (start + step + marks.length) % marks.length;
    const mark = marks[this.place];
    const [x, y] = this.chart.convertToPixel({ gridIndex: 0 }, mark.point);
    this.chart.dispatchAction({ type: "showTip", x, y });
  }

  /** The picture as it is seen, as an SVG element with its size in pixels. */
  svg() {
    const own = this.element.querySelector("svg");
    const copy = own.cloneNode(true);
    copy.setAttribute("viewBox", `0 0 ${own.clientWidth} ${own.clientHeight}`);
    if (this.veil) {
      const { left, width } = this.ends();
      const { top, height } = this.grid;
      const colours = look();
      copy.append(
        node("rect", { x: left, y: top, width, height, fill: colours.ground, opacity: 0.62 }),
        node("rect", { x: left - 0.75, y: top, width: 1.5, height, fill: colours.ink }),
      );
    }
    return copy;
  }

  close() {
    live.delete(this);
    this.watcher.disconnect();
    if (this.chart) {
      this.chart.dispose();
    }
  }
}

window.addEventListener("lp-look", () => live.forEach((chart) => chart.draw()));

export { look, saved };
export { mapOf } from "./map.js";
