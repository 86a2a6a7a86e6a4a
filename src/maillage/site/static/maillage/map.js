// Hover, keyboard, zoom and pan of the server-made maps. Without it the map still links and the table still reads.

const MAX_ZOOM = 12;
const STEP = 1.6;
const PAN_SHARE = 0.2;
const DRAG_THRESHOLD = 5;
const NUMBER = new Intl.NumberFormat("fr", { maximumFractionDigits: 1 });
const SVG = "http://www.w3.org/2000/svg";

class TerritoryMap {
  constructor(block) {
    this.frame = block.querySelector(".map-frame");
    this.svg = block.querySelector("svg.map");
    this.tip = block.querySelector("[data-map-tip]");
    this.status = block.querySelector("[data-map-status]");
    this.buttons = block.querySelector("[data-map-zoom]");
    const { width, height } = this.svg.viewBox.baseVal;
    this.full = { width, height };
    this.view = { x: 0, y: 0, zoom: 1 };
    this.labels = [...this.svg.querySelectorAll(".map-label, .map-pin")].map((node) => ({
      node,
      transform: node.getAttribute("transform"),
    }));
    this.highlight = this.svg.insertBefore(
      document.createElementNS(SVG, "path"),
      this.svg.querySelector(".map-labels"),
    );
    this.highlight.setAttribute("class", "map-highlight");
    this.nameLinks();
    this.listen();
    this.buttons.hidden = false;
    this.show();
  }

  // The browser's own bubble for <title> would double ours: the name moves to where only screen readers find it.
  nameLinks() {
    for (const title of this.svg.querySelectorAll(".map-areas title, .map-pin > title")) {
      const owner = title.closest("a");
      if (owner) owner.setAttribute("aria-label", title.textContent);
      title.remove();
    }
  }

  listen() {
    this.buttons.addEventListener("click", (event) => this.pressed(event.target.closest("button")?.dataset.zoom));
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("pointerover", (event) => this.point(event.target, event));
    this.svg.addEventListener("pointermove", (event) => this.move(event));
    this.svg.addEventListener("pointerleave", () => this.forget());
    this.svg.addEventListener("focusin", (event) => this.point(event.target.querySelector("[data-name]")));
    this.svg.addEventListener("focusout", () => this.forget());
    this.svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.svg.addEventListener("pointerdown", (event) => this.grab(event));
    this.svg.addEventListener("dragstart", (event) => event.preventDefault());
    this.svg.addEventListener("click", (event) => this.cancelClickAfterDrag(event), { capture: true });
  }

  // Tooltip

  point(node, event) {
    const named = node?.closest?.("[data-name]");
    if (!named) return this.forget();
    const { name, value } = named.dataset;
    this.tip.replaceChildren(Object.assign(document.createElement("strong"), { textContent: name }), value ?? "");
    this.tip.hidden = false;
    this.highlight.setAttribute("d", named.getAttribute("d") ?? "");
    const box = named.getBoundingClientRect();
    this.placeTip(event?.clientX ?? box.left + box.width / 2, event?.clientY ?? box.top + box.height / 2);
  }

  placeTip(clientX, clientY) {
    const frame = this.frame.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const x = Math.max(0, Math.min(clientX - frame.left + 14, frame.width - width));
    const above = clientY - frame.top - height - 14;
    const y = above < 0 ? clientY - frame.top + 20 : above;
    this.tip.style.transform = `translate(${x}px, ${y}px)`;
  }

  forget() {
    this.tip.hidden = true;
    this.highlight.setAttribute("d", "");
  }

  // Zoom and pan

  pressed(action) {
    const act = { in: () => this.zoomBy(STEP), out: () => this.zoomBy(1 / STEP), reset: () => this.reset() }[action];
    act?.();
    if (act) this.say();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = { "+": "in", "=": "in", "-": "out", 0: "reset" }[event.key];
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (action) this.pressed(action);
    // At full view the arrows keep scrolling the page.
    else if (direction && this.view.zoom > 1) this.pan(direction[0] * PAN_SHARE, direction[1] * PAN_SHARE);
    else return;
    event.preventDefault();
  }

  wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoomBy(event.deltaY < 0 ? STEP : 1 / STEP, this.toMap(event));
  }

  toMap(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
  }

  zoomBy(factor, centre) {
    const { x, y, zoom } = this.view;
    const next = Math.min(MAX_ZOOM, Math.max(1, zoom * factor));
    const fixed = centre ?? { x: x + this.full.width / zoom / 2, y: y + this.full.height / zoom / 2 };
    this.view = { zoom: next, x: fixed.x - ((fixed.x - x) * zoom) / next, y: fixed.y - ((fixed.y - y) * zoom) / next };
    this.show();
  }

  pan(shareX, shareY) {
    this.view.x += (shareX * this.full.width) / this.view.zoom;
    this.view.y += (shareY * this.full.height) / this.view.zoom;
    this.show();
  }

  reset() {
    this.view = { x: 0, y: 0, zoom: 1 };
    this.show();
  }

  show() {
    const { zoom } = this.view;
    const width = this.full.width / zoom;
    const height = this.full.height / zoom;
    this.view.x = Math.min(Math.max(0, this.view.x), this.full.width - width);
    this.view.y = Math.min(Math.max(0, this.view.y), this.full.height - height);
    this.svg.setAttribute("viewBox", `${this.view.x} ${this.view.y} ${width} ${height}`);
    this.svg.classList.toggle("is-zoomed", zoom > 1);
    for (const { node, transform } of this.labels) node.setAttribute("transform", `${transform} scale(${1 / zoom})`);
    this.buttons.querySelector("[data-zoom=in]").disabled = zoom >= MAX_ZOOM;
    this.buttons.querySelector("[data-zoom=out]").disabled = zoom <= 1;
    this.buttons.querySelector("[data-zoom=reset]").disabled = zoom <= 1;
  }

  say() {
    const { zoom } = this.view;
    this.status.textContent = zoom === 1 ? "Tout le territoire est visible." : `Carte agrandie ${NUMBER.format(zoom)} fois.`;
  }

  // Drag: the links stay links as long as the pointer hardly moves.

  grab(event) {
    this.dragged = false;
    if (event.button !== 0 || this.view.zoom === 1) return;
    this.held = { x: event.clientX, y: event.clientY, id: event.pointerId };
    const release = () => {
      this.held = null;
      this.svg.classList.remove("is-dragged");
      window.removeEventListener("pointerup", release);
      window.removeEventListener("pointercancel", release);
    };
    window.addEventListener("pointerup", release);
    window.addEventListener("pointercancel", release);
  }

  move(event) {
    if (!this.held || event.pointerId !== this.held.id) {
      if (!this.tip.hidden && event.pointerType === "mouse") this.placeTip(event.clientX, event.clientY);
      return;
    }
    const [dx, dy] = [event.clientX - this.held.x, event.clientY - this.held.y];
    if (!this.dragged && Math.hypot(dx, dy) < DRAG_THRESHOLD) return;
    this.dragged = true;
    this.forget();
    this.svg.classList.add("is-dragged");
    const unitsPerPixel = 1 / this.svg.getScreenCTM().a;
    this.pan(
      (-dx * unitsPerPixel * this.view.zoom) / this.full.width,
      (-dy * unitsPerPixel * this.view.zoom) / this.full.height,
    );
    this.held = { ...this.held, x: event.clientX, y: event.clientY };
  }

  cancelClickAfterDrag(event) {
    if (!this.dragged) return;
    event.preventDefault();
    event.stopPropagation();
    this.dragged = false;
  }
}

function start(root) {
  for (const block of root.querySelectorAll("[data-map]:not([data-map-ready])")) {
    block.dataset.mapReady = "";
    new TerritoryMap(block);
  }
}

start(document);
document.addEventListener("htmx:load", (event) => start(event.target.parentNode ?? document));
