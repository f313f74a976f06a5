/* Draws the pictures of a service's numbers; the same numbers stand in the tables, which need no script. */
(function () {
  "use strict";
  var source = document.getElementById("charts");
  if (!source || !window.echarts) return;
  var style = getComputedStyle(document.documentElement);
  var blue = (style.getPropertyValue("--tb-blue") || "#1a4f8b").trim();
  JSON.parse(source.textContent).forEach(function (chart) {
    var place = document.getElementById(chart.id);
    if (!place || !chart.values.some(Boolean)) return;
    place.hidden = false;
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", chart.title);
    place.classList.add("is-rows-" + Math.min(12, Math.max(3, chart.names.length)));
    var drawn = window.echarts.init(place, null, { renderer: "svg" });
    drawn.setOption({
      animation: false,
      textStyle: { fontFamily: "inherit", fontSize: 14 },
      grid: { left: 8, right: 56, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "value", splitLine: { show: false }, axisLabel: { show: false } },
      yAxis: { type: "category", inverse: true, data: chart.names, axisTick: { show: false }, axisLine: { show: false },
               axisLabel: { width: 180, overflow: "truncate", fontSize: 14 } },
      series: [{ type: "bar", data: chart.values, barMaxWidth: 22, itemStyle: { color: blue },
                 label: { show: true, position: "right", fontSize: 14 } }]
    });
    window.addEventListener("resize", function () { drawn.resize(); });
  });
})();
