// The table of test recordings: the predictions of another experiment, a search, an order.
"use strict";
(() => {
  const table = document.getElementById("recording-table");
  if (!table) return;
  const { labels, predictions } = JSON.parse(document.getElementById("predictions").textContent);
  const body = table.tBodies[0];
  const choice = document.getElementById("predictions-of");
  const search = document.getElementById("recording-search");
  const rows = [...body.rows].map((row, place) => ({ row, place, actual: Number(row.dataset.actual) }));

  // As takht.text.collation has it: vowel signs, tatweel, capitals and the forms of a letter are one.
  const folded = (text) =>
    text.normalize("NFKD").toLowerCase().replace(/[\p{M}\u0640]/gu, "")
      .replace(/\u0671/g, "\u0627").replace(/\u0629/g, "\u0647").replace(/\u0649/g, "\u064a");

  const named = (place) => {
    const name = document.createElement("bdi");
    [name.textContent, name.lang] = labels[place];
    return name;
  };

  const show = () => {
    const words = folded(search.value).split(/\s+/).filter(Boolean);
    for (const each of rows) {
      const text = folded(each.row.textContent);
      each.row.hidden = !words.every((word) => text.includes(word));
    }
    const found = rows.filter((each) => !each.row.hidden).length;
    document.getElementById("recording-count").value = `${found} of ${rows.length} recordings`;
  };

  const predict = () => {
    table.caption.querySelector("code").textContent = choice.value;
    rows.forEach((each, place) => {
      const [predicted, probability] = predictions[choice.value][place] ?? [-1, -1];
      Object.assign(each, { predicted, probability, right: Number(predicted === each.actual) });
      const cells = each.row.cells;
      cells[2].replaceChildren(predicted < 0 ? "–" : named(predicted));
      cells[3].textContent = predicted < 0 ? "" : each.right ? "right" : "wrong";
      cells[3].classList.toggle("missed", predicted >= 0 && !each.right);
      cells[4].textContent = predicted < 0 ? "" : probability.toFixed(2);
    });
  };

  const sort = (head, key) => {
    const down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down > 0 ? "ascending" : "descending");
    const ordered = rows.toSorted((one, two) => down * (one[key] - two[key]) || one.place - two.place);
    body.append(...ordered.map((each) => each.row));
  };

  for (const head of table.querySelectorAll("th[data-key]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, head.dataset.key));
    head.append(button);
  }
  choice.addEventListener("change", () => { predict(); show(); });
  search.addEventListener("input", show);
  predict();
  show();
  document.querySelector(".tools").hidden = false;
})();
