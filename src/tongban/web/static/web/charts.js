/* Draws the pictures of a page's numbers; the same numbers stand in the tables, which need no script.

   Each of #charts is {id, title, names, values} (bars from the left), or {id, title, names, series: [{name, values}], is_months}
   (groups of columns, for months). */
(function () {
  "use strict";
  var source = document.getElementById("charts");
  if (!source || !window.echarts) return;
  var style = getComputedStyle(document.documentElement);
  var blue = (style.getPropertyValue("--tb-blue") || "#1a4f8b").trim();
  var colours = [blue, (style.getPropertyValue("--tb-edge") || "#76869a").trim()];

  function rows(chart) {
    return {
      grid: { left: 8, right: 56, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "value", splitLine: { show: false }, axisLabel: { show: false } },
      yAxis: { type: "category", inverse: true, data: chart.names, axisTick: { show: false }, axisLine: { show: false },
               axisLabel: { width: 180, overflow: "truncate", fontSize: 14 } },
      series: [{ type: "bar", data: chart.values, barMaxWidth: 22, itemStyle: { color: blue },
                 label: { show: true, position: "right", fontSize: 14 } }]
    };
  }

  function columns(chart) {
    return {
      grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
      legend: { top: 0, textStyle: { fontSize: 14 } },
      xAxis: { type: "category", data: chart.names, axisTick: { show: false }, axisLabel: { fontSize: 14 } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { fontSize: 14 } },
      series: chart.series.map(function (one, nth) {
        return { type: "bar", name: one.name, data: one.values, barMaxWidth: 22, itemStyle: { color: colours[nth % 2] } };
      })
    };
  }

  JSON.parse(source.textContent).forEach(function (chart) {
    var place = document.getElementById(chart.id);
    var values = chart.series ? [].concat.apply([], chart.series.map(function (one) { return one.values; })) : chart.values;
    if (!place || !values.some(Boolean)) return;
    place.hidden = false;
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", chart.title);
    place.classList.add("is-rows-" + (chart.series ? 7 : Math.min(12, Math.max(3, chart.names.length))));
    var drawn = window.echarts.init(place, null, { renderer: "svg" });
    drawn.setOption(Object.assign({ animation: false, textStyle: { fontFamily: "inherit", fontSize: 14 } },
      chart.series ? columns(chart) : rows(chart)));
    window.addEventListener("resize", function () { drawn.resize(); });
  });
})();
