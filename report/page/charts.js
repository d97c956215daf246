// Draws the charts, and keeps one sound playing.
"use strict";
(() => {
  const specs = JSON.parse(document.getElementById("charts").textContent);

  // Colours are the style sheet's: they follow light, dark and print without another drawing.
  const text = { labelColor: "var(--ink)", titleColor: "var(--muted)" };
  const mark = { color: "var(--accent)" };
  const config = {
    background: "transparent",
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: null },
    axis: {
      ...text,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: "normal",
      labelLimit: 170,
      gridColor: "var(--line)",
      domainColor: "var(--line)",
      tickColor: "var(--line)",
    },
    axisY: { grid: false, ticks: false, domain: false, labelPadding: 8 },
    legend: { ...text, labelFontSize: 12, symbolStrokeWidth: 2 },
    point: mark, rule: mark, bar: mark, line: mark,
    text: { color: "var(--ink)", fontSize: 13 },
  };

  // Vega's own code generation is forbidden by the page's policy: `ast` interprets instead.
  const draw = async (place) => {
    const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, config };
    // Vega gives what it draws in a label of its own, so the page's label stays one level above.
    const inner = place.firstElementChild ?? place.appendChild(document.createElement("div"));
    const drawn = await window.vegaEmbed(inner, specs[place.dataset.chart], options);
    if (place.view) place.view.finalize();
    place.view = drawn.view;
    place.dataset.drawn = place.dataset.chart;
  };

  const drawAll = async () => {
    for (const place of document.querySelectorAll("[data-chart]")) await draw(place);
    document.documentElement.dataset.ready = "true";
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

  drawAll();
})();
