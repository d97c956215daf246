// Draws the charts in the colours of the page, again when these change; and keeps one sound playing.
"use strict";
(() => {
  const specs = JSON.parse(document.getElementById("charts").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  // "var(--name)" becomes that colour of the page; data are left alone, whatever they say.
  const coloured = (value, style) => {
    if (Array.isArray(value)) return value.map((each) => coloured(each, style));
    if (value && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key, key === "data" ? each : coloured(each, style)]),
      );
    }
    const name = typeof value === "string" && /^var\((--[a-z]+)\)$/.exec(value);
    return name ? style.getPropertyValue(name[1]).trim() : value;
  };

  const config = (style) => {
    const colour = (name) => style.getPropertyValue(name).trim();
    const text = { labelColor: colour("--ink"), titleColor: colour("--muted") };
    const mark = { color: colour("--accent") };
    return {
      background: "transparent",
      font: style.getPropertyValue("font-family"),
      view: { stroke: null },
      axis: {
        ...text,
        labelFontSize: 12,
        titleFontSize: 12,
        titleFontWeight: "normal",
        labelLimit: 170,
        gridColor: colour("--line"),
        domainColor: colour("--line"),
        tickColor: colour("--line"),
      },
      axisY: { grid: false, ticks: false, domain: false, labelPadding: 8 },
      legend: { ...text, labelFontSize: 12, symbolStrokeWidth: 2 },
      point: mark, rule: mark, bar: mark, line: mark,
      text: { color: colour("--ink"), fontSize: 13 },
    };
  };

  // Vega's own code generation is forbidden by the page's policy: `ast` interprets instead.
  const draw = async (place) => {
    const style = getComputedStyle(document.documentElement);
    const body = getComputedStyle(document.body);
    const look = { getPropertyValue: (name) => (name.startsWith("--") ? style : body).getPropertyValue(name) };
    const spec = coloured(specs[place.dataset.chart], look);
    const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, config: config(look) };
    // Vega gives what it draws in a label of its own, so the page's label stays one level above.
    const inner = place.firstElementChild ?? place.appendChild(document.createElement("div"));
    const drawn = await window.vegaEmbed(inner, spec, options);
    if (place.view) place.view.finalize();
    place.view = drawn.view;
    place.dataset.drawn = place.dataset.chart;
  };

  const drawAll = async () => {
    for (const place of document.querySelectorAll("[data-chart]")) await draw(place);
    document.documentElement.dataset.ready = dark.matches ? "dark" : "light";
  };

  for (const select of document.querySelectorAll("select[data-shows]")) {
    const place = document.getElementById(select.dataset.shows);
    const show = () => {
      place.dataset.chart = select.value;
      place.setAttribute("aria-label", select.selectedOptions[0].dataset.label);
      return draw(place);
    };
    place.dataset.chart = select.value; // a browser may have kept another choice
    place.setAttribute("aria-label", select.selectedOptions[0].dataset.label);
    select.addEventListener("change", show);
  }

  // Sounds tell their length once they are near; there may be a hundred of them.
  const near = new IntersectionObserver((entries) => {
    for (const each of entries) if (each.isIntersecting) each.target.preload = "metadata";
  }, { rootMargin: "50%" });
  for (const sound of document.querySelectorAll("audio")) near.observe(sound);

  document.addEventListener(
    "play",
    (event) => {
      for (const other of document.querySelectorAll("audio")) if (other !== event.target) other.pause();
    },
    true,
  );

  dark.addEventListener("change", drawAll);
  drawAll();
})();
