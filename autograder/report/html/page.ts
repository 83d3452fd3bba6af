import { escape } from './markup.js';

/**
 * A page that needs nothing but itself: no network, no files beside it. It reads without its script, which
 * only zooms.
 *
 * @param body trusted markup.
 * @param style rules for what only this page has.
 */
export function page(title: string, body: string, style = ''): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}${style}</style>`,
    '</head>',
    '<body>',
    body,
    `<script>${SCRIPT}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const STYLE = `
:root { --ink: #1c2330; --faint: #667085; --rule: #e3e7ee; --back: #f7f8fa; --good: #107c4a; --middling: #a15c00; --bad: #b42318; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1280px; padding: 28px 32px 64px; color: var(--ink); background: white;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 8px; } h3 { font-size: 16px; margin: 20px 0 6px; }
p { margin: 6px 0; } small, .faint { color: var(--faint); }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--back); padding: 1px 5px; border-radius: 4px; }
pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--back); padding: 10px 14px; border-radius: 6px; overflow-x: auto; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin: 8px 0; }
th { text-align: left; font-weight: 600; color: var(--faint); font-size: 13px; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--rule); vertical-align: top; }
.number { text-align: right; white-space: nowrap; }
.score { font-size: 40px; font-weight: 650; letter-spacing: -0.02em; }
.bar { height: 10px; border-radius: 5px; background: var(--rule); overflow: hidden; max-width: 480px; margin: 4px 0 12px; }
.bar i { display: block; height: 100%; background: var(--good); }
.passed { color: var(--good); } .partial { color: var(--middling); } .failed, .error { color: var(--bad); }
dl.finding { margin: 4px 0 2px; display: grid; grid-template-columns: 84px 1fr; gap: 1px 10px; font-size: 14px; }
dl.finding dt { color: var(--faint); } dl.finding dd { margin: 0; white-space: pre-line; }
figure { margin: 14px 0 6px; } figcaption { font-size: 13px; font-weight: 600; color: var(--faint); margin-bottom: 4px; }
svg.chart { width: 100%; height: auto; display: block; user-select: none; }
.chart .back, .legend .kernel { fill: var(--back); background: #eef0f4; }
.chart .grid { stroke: var(--rule); stroke-width: 1; } .chart .zero { stroke: var(--faint); stroke-width: 1; vector-effect: non-scaling-stroke; }
.chart text { font-size: 12px; fill: var(--faint); } .chart .label { text-anchor: end; } .chart .tick { text-anchor: middle; }
.chart .plot { cursor: crosshair; } .chart .plot rect:hover { opacity: 0.7; }
.chart path { fill: none; vector-effect: non-scaling-stroke; } .chart .seen { stroke-width: 1.8; } .chart .ideal { stroke-width: 1.2; stroke-dasharray: 5 4; opacity: 0.75; }
.chart .other { fill: #9aa3b2; } .chart .idle { fill: white; stroke: #c9d0db; stroke-width: 1; stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; }
.chart .selection { fill: #0072b2; opacity: 0.15; }
.legend { list-style: none; padding: 0; margin: 8px 0; display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 14px; }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 7px; vertical-align: -1px; }
.legend .other { background: #9aa3b2; } .legend .idle { background: white; border: 1px dashed #9aa3b2; }
section.run { break-inside: avoid-page; }
@media print { body { padding: 0; max-width: none; font-size: 11pt; } .hint { display: none; } h2 { break-after: avoid; } figure { break-inside: avoid; } }
`;

/**
 * Zooming: dragging over a chart narrows the time axis of all charts of its run; a double click shows the whole
 * run again.
 */
const SCRIPT = `
'use strict';
for (const run of document.querySelectorAll('section.run')) {
  const charts = [...run.querySelectorAll('svg.chart')].map((svg) => {
    const number = (name) => Number(svg.dataset[name]);
    return { svg, plot: svg.querySelector('.plot'), ticks: svg.querySelector('.ticks'),
      from: number('from'), to: number('to'), gutter: number('gutter'), width: number('plot'), height: number('height') };
  });
  let range = null;
  const show = () => {
    for (const chart of charts) {
      const [from, to] = range ?? [chart.from, chart.to];
      const scale = chart.width / (chart.to - chart.from);
      chart.plot.setAttribute('viewBox', [(from - chart.from) * scale, 0, (to - from) * scale, chart.height].join(' '));
      chart.ticks.innerHTML = ticksOf(from, to, Math.floor(chart.width / 72)).map((time) => {
        const x = chart.gutter + ((time - from) / (to - from)) * chart.width;
        return '<line x1="' + x + '" x2="' + x + '" y1="0" y2="' + chart.height + '" class="grid"/>' +
          '<text x="' + x + '" y="' + (chart.height + 18) + '" class="tick">' + time + ' ms</text>';
      }).join('');
    }
  };
  for (const chart of charts) {
    let start = null;
    let selection = null;
    const timeAt = (event) => {
      const box = chart.svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * chart.svg.viewBox.baseVal.width - chart.gutter;
      const [from, to] = range ?? [chart.from, chart.to];
      return from + (Math.min(Math.max(x, 0), chart.width) / chart.width) * (to - from);
    };
    chart.svg.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      start = timeAt(event);
      chart.svg.setPointerCapture(event.pointerId);
      selection = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      selection.setAttribute('class', 'selection');
      selection.setAttribute('height', chart.height);
      chart.svg.append(selection);
    });
    chart.svg.addEventListener('pointermove', (event) => {
      if (start === null) return;
      const [from, to] = range ?? [chart.from, chart.to];
      const place = (time) => chart.gutter + ((time - from) / (to - from)) * chart.width;
      const [a, b] = [place(start), place(timeAt(event))].sort((p, q) => p - q);
      selection.setAttribute('x', a);
      selection.setAttribute('width', b - a);
    });
    chart.svg.addEventListener('pointerup', (event) => {
      if (start === null) return;
      const [a, b] = [start, timeAt(event)].sort((p, q) => p - q);
      const [from, to] = range ?? [chart.from, chart.to];
      start = null;
      selection.remove();
      if (b - a > (to - from) / 200) { range = [a, b]; show(); }
    });
    chart.svg.addEventListener('pointercancel', () => {
      start = null;
      selection?.remove();
    });
    chart.svg.addEventListener('dblclick', () => { range = null; show(); });
  }
}
function ticksOf(from, to, most) {
  const rough = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough);
  const ticks = [];
  for (let i = Math.ceil(from / step); i * step <= to; i++) ticks.push(Number((i * step).toPrecision(9)));
  return ticks;
}
`;
