/**
 * What a page does beyond being read: the time axes of a run zoom together, bars and marks and curves are read by
 * pointer or keyboard, commands are copied. Without it the page reads the same.
 *
 * It draws each chart in the width that it has on the screen, so that text keeps its size. All that it shows comes
 * from the charts' own attributes, by textContent.
 */
export const SCRIPT = String.raw`
'use strict';
(() => {
const element = (name, className, text) => {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
const shape = (name, attributes) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  return made;
};
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const RIGHT = 26;

const tip = element('div', 'tip');
tip.setAttribute('role', 'status');
document.body.append(tip);
const hideTip = () => { tip.style.display = 'none'; };
const showTip = (text, x, y) => {
  if (tip.textContent !== text) tip.textContent = text;
  tip.style.display = 'block';
  const width = document.documentElement.clientWidth;
  tip.style.left = clamp(x + 14, 8, Math.max(8, width - tip.offsetWidth - 8)) + 'px';
  const below = y + 18;
  tip.style.top = (below + tip.offsetHeight > innerHeight ? Math.max(8, y - tip.offsetHeight - 12) : below) + 'px';
};
addEventListener('scroll', hideTip, { passive: true });

function chartOf(svg) {
  const number = (name) => Number(svg.dataset[name]);
  const lanes = [...svg.querySelectorAll('g.lane')].map((group) => ({
    name: group.dataset.name, top: Number(group.dataset.top), height: Number(group.dataset.height), items: itemsOf(group),
  }));
  const curves = [...svg.querySelectorAll('path.seen')].map((path) => ({
    name: path.dataset.name ?? '', points: [...path.getAttribute('d').matchAll(/([-\d.]+) ([-\d.]+)/g)].map((m) => [+m[1], +m[2]]),
  }));
  for (const title of svg.querySelectorAll('.plot title')) title.remove();
  const labels = shape('g', { class: 'labels' });
  svg.append(labels);
  return { svg, lanes, curves, labels, plot: svg.querySelector('.plot'), ticks: svg.querySelector('.ticks'),
    back: svg.querySelector('.back'), rules: [...svg.querySelectorAll('line.grid')].filter((line) => !line.closest('.ticks')),
    from: number('from'), to: number('to'), gutter: number('gutter'), width: number('plot'), height: number('height'),
    total: svg.viewBox.baseVal.height, bottom: number('bottom'), top: number('top'), unit: svg.dataset.unit ?? '', px: number('plot') };
}

function itemsOf(group) {
  const items = [];
  for (const path of group.querySelectorAll('path')) {
    const d = path.getAttribute('d');
    if (path.classList.contains('mark')) {
      items.push({ x: parseFloat(d.slice(1)), w: Number(path.dataset.width ?? 0), mark: true, text: path.querySelector('title')?.textContent ?? '' });
    } else {
      for (const m of d.matchAll(/M([\d.]+) 0h([\d.]+)/g)) items.push({ x: +m[1], w: +m[2], text: path.dataset.name, label: path.dataset.label });
    }
  }
  return items.sort((a, b) => a.x - b.x);
}

function ticksOf(from, to, most) {
  const rough = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough * 0.999999);
  const ticks = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(10)));
  return ticks;
}

// As many labels as there is room for: a deep zoom needs more digits.
function ticksThatFit(from, to, px) {
  for (let most = Math.floor(px / 52); ; most--) {
    const ticks = ticksOf(from, to, most);
    const widest = Math.max(...ticks.map((time) => String(time).length));
    if (most <= 1 || ticks.length * (widest * 7 + 38) <= px) return ticks;
  }
}

function setUp(run) {
  const charts = [...run.querySelectorAll('svg.chart')].map(chartOf);
  if (charts.length === 0) return;
  let range = null;
  const rangeOf = (chart) => range ?? [chart.from, chart.to];
  const first = charts[0];
  const timeOf = (chart, x) => chart.from + (x / chart.width) * (chart.to - chart.from);
  const unitOf = (chart, time) => ((time - chart.from) / (chart.to - chart.from)) * chart.width;
  const pxOf = (chart, time) => { const [from, to] = rangeOf(chart); return chart.gutter + ((time - from) / (to - from)) * chart.px; };

  const show = (chart) => {
    const [from, to] = rangeOf(chart);
    const left = unitOf(chart, from);
    chart.plot.setAttribute('viewBox', [left, 0, unitOf(chart, to) - left, chart.height].join(' '));
    chart.ticks.replaceChildren(...ticksThatFit(from, to, chart.px).flatMap((time) => {
      const x = pxOf(chart, time);
      const text = shape('text', { x, y: chart.height + 18, class: 'tick' });
      text.textContent = time + ' ms';
      return [shape('line', { x1: x, x2: x, y1: 0, y2: chart.height, class: 'grid' }), text];
    }));
    const names = [];
    for (const lane of chart.lanes) for (const item of lane.items) {
      if (!item.label || names.length > 300) continue;
      const a = Math.max(pxOf(chart, timeOf(chart, item.x)), chart.gutter);
      const b = Math.min(pxOf(chart, timeOf(chart, item.x + item.w)), chart.gutter + chart.px);
      if (b - a < 8 * item.label.length + 6) continue;
      const text = shape('text', { x: (a + b) / 2, y: lane.top + lane.height / 2 + 4, class: 'name' });
      text.textContent = item.label;
      names.push(text);
    }
    chart.labels.replaceChildren(...names);
  };
  const fit = (chart) => {
    const width = chart.svg.clientWidth;
    if (width === 0) return;
    chart.px = Math.max(60, width - chart.gutter - RIGHT);
    chart.svg.setAttribute('viewBox', '0 0 ' + width + ' ' + chart.total);
    chart.plot.setAttribute('width', chart.px);
    chart.back.setAttribute('width', chart.px);
    for (const rule of chart.rules) rule.setAttribute('x2', chart.gutter + chart.px);
    show(chart);
  };
  const setRange = (from, to) => {
    const [low, high] = [first.from, first.to];
    const length = clamp(to - from, (high - low) / 5000, high - low);
    const start = clamp(from, low, high - length);
    range = length >= (high - low) * 0.9999 ? null : [start, start + length];
    hideTip();
    charts.forEach(show);
    for (const button of bar.querySelectorAll('.zoomed')) button.disabled = range === null;
  };
  const zoom = (factor, at) => {
    const [from, to] = rangeOf(first);
    const middle = at ?? (from + to) / 2;
    setRange(middle - (middle - from) * factor, middle + (to - middle) * factor);
  };
  const pan = (part) => {
    const [from, to] = rangeOf(first);
    setRange(from + (to - from) * part, to + (to - from) * part);
  };

  const bar = element('div', 'zoom');
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', 'Time axis');
  const button = (text, label, act, zoomed) => {
    const made = element('button', zoomed ? 'zoomed' : '', text);
    made.type = 'button';
    made.title = label;
    made.setAttribute('aria-label', label);
    made.disabled = zoomed;
    made.addEventListener('click', act);
    bar.append(made);
  };
  button('+', 'Zoom in', () => zoom(0.5), false);
  button('\u2212', 'Zoom out', () => zoom(2), true);
  button('\u25c0', 'Earlier', () => pan(-0.5), true);
  button('\u25b6', 'Later', () => pan(0.5), true);
  button('Whole run', 'Show the whole run', () => setRange(first.from, first.to), true);
  const flags = [...new Set([...first.svg.querySelectorAll('path.flag')].map((path) => parseFloat(path.getAttribute('d').slice(1))))]
    .sort((a, b) => a - b).map((x) => timeOf(first, x));
  // Events follow each other faster than who runs changes.
  const near = (first.to - first.from) / (run.querySelector('.mark') ? 500 : 50);
  let flag = -1;
  const toFlag = () => { flag = (flag + 1) % flags.length; setRange(flags[flag] - near, flags[flag] + near); };
  if (flags.length > 0) button(flags.length === 1 ? 'Dashed line' : 'Next dashed line', 'Zoom to where points were lost', toFlag, false);
  (run.querySelector('.policies') ?? run.querySelector('figure')).before(bar);

  for (const chart of charts) {
    const { svg } = chart;
    const place = (event) => {
      const box = svg.getBoundingClientRect();
      return { x: clamp(event.clientX - box.left, chart.gutter, chart.gutter + chart.px), y: event.clientY - box.top };
    };
    const timeAt = (x) => { const [from, to] = rangeOf(chart); return from + ((x - chart.gutter) / chart.px) * (to - from); };
    const read = (lane, item) => {
      if (item.mark) return lane.name + ': ' + item.text;
      const [from, to] = [timeOf(chart, item.x), timeOf(chart, item.x + item.w)];
      return lane.name + ': ' + item.text + '\n' + from.toFixed(3) + ' to ' + to.toFixed(3) + ' ms (' + (to - from).toFixed(3) + ' ms)';
    };
    const readCurves = (time) => {
      const x = unitOf(chart, time);
      const values = chart.curves.flatMap(({ name, points }) => {
        const i = points.findIndex((point) => point[0] >= x);
        if (i < 0 || points.length === 0) return [];
        const [a, b] = [points[Math.max(0, i - 1)], points[i]];
        const y = b[0] === a[0] ? b[1] : a[1] + ((x - a[0]) / (b[0] - a[0])) * (b[1] - a[1]);
        const value = chart.bottom + (1 - y / chart.height) * (chart.top - chart.bottom);
        return [name + ': ' + (chart.unit === '%' ? (value * 100).toFixed(1) : value.toFixed(2)) + ' ' + chart.unit];
      });
      return [time.toFixed(3) + ' ms', ...values].join('\n');
    };
    const itemAt = (lane, x) => {
      const units = unitOf(chart, timeAt(x));
      const [from, to] = rangeOf(chart);
      const slack = (5 / chart.px) * ((to - from) / (chart.to - chart.from)) * chart.width;
      let best = null;
      for (const item of lane.items) {
        if (item.x - slack > units) break;
        const off = units < item.x ? item.x - units : Math.max(0, units - item.x - item.w);
        if (off <= slack && (best === null || off <= best.off)) best = { item, off };
      }
      return best?.item;
    };
    const hover = (event) => {
      const { x, y } = place(event);
      const lane = chart.lanes.find(({ top, height }) => y >= top && y < top + height);
      const item = lane && itemAt(lane, x);
      if (item) showTip(read(lane, item), event.clientX, event.clientY);
      else if (chart.curves.length > 0 && y < chart.height) showTip(readCurves(timeAt(x)), event.clientX, event.clientY);
      else hideTip();
    };

    let cursor = null;
    const outline = shape('rect', { class: 'cursor' });
    outline.style.display = 'none';
    svg.append(outline);
    const point = () => {
      const box = svg.getBoundingClientRect();
      const lane = chart.lanes[cursor.lane];
      const item = lane?.items[cursor.item];
      const at = item ? timeOf(chart, item.x + item.w / 2) : cursor.time;
      const [from, to] = rangeOf(chart);
      if (at < from || at > to) setRange(at - (to - from) / 2, at + (to - from) / 2);
      const a = item ? pxOf(chart, timeOf(chart, item.x)) : pxOf(chart, at);
      const b = item ? pxOf(chart, timeOf(chart, item.x + item.w)) : a;
      const top = lane ? lane.top : 0;
      outline.setAttribute('x', Math.max(a, chart.gutter) - 3);
      outline.setAttribute('width', Math.max(0, Math.min(b, chart.gutter + chart.px) - Math.max(a, chart.gutter)) + 6);
      outline.setAttribute('y', top);
      outline.setAttribute('height', lane ? lane.height : chart.height);
      outline.style.display = '';
      const x = clamp((a + b) / 2, chart.gutter, chart.gutter + chart.px);
      showTip(item ? read(lane, item) : readCurves(at), box.left + x, box.top + top + (lane ? lane.height : 40));
    };
    const step = (by) => {
      const [from, to] = rangeOf(chart);
      if (chart.lanes.length === 0) {
        cursor = { time: clamp((cursor?.time ?? from) + (by * (to - from)) / 50, chart.from, chart.to) };
      } else {
        const items = chart.lanes[cursor?.lane ?? 0].items;
        const visible = items.findIndex((item) => timeOf(chart, item.x + item.w) >= from);
        const next = cursor === null ? Math.max(0, visible) : cursor.item + by;
        cursor = { lane: cursor?.lane ?? 0, item: clamp(next, 0, Math.max(0, items.length - 1)) };
      }
      point();
    };
    const changeLane = (by) => {
      if (chart.lanes.length === 0) return;
      const lane = clamp((cursor?.lane ?? -1) + by, 0, chart.lanes.length - 1);
      const [from] = rangeOf(chart);
      const before = cursor && chart.lanes[cursor.lane].items[cursor.item];
      const x = before ? before.x : unitOf(chart, from);
      const items = chart.lanes[lane].items;
      const item = items.findIndex((other) => other.x + other.w >= x);
      cursor = { lane, item: item < 0 ? Math.max(0, items.length - 1) : item };
      if (items.length > 0) point();
    };
    svg.setAttribute('tabindex', '0');
    svg.setAttribute('role', 'application');
    svg.setAttribute('aria-roledescription', 'timeline');
    svg.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const at = cursor && (cursor.time ?? (() => { const item = chart.lanes[cursor.lane].items[cursor.item]; return item && timeOf(chart, item.x + item.w / 2); })());
      const acts = {
        '+': () => zoom(0.5, at ?? undefined), '=': () => zoom(0.5, at ?? undefined), '-': () => zoom(2, at ?? undefined),
        0: () => setRange(first.from, first.to), Escape: () => { cursor = null; outline.style.display = 'none'; hideTip(); },
        ArrowLeft: () => (event.shiftKey ? pan(-0.25) : step(-1)), ArrowRight: () => (event.shiftKey ? pan(0.25) : step(1)),
        ArrowUp: () => changeLane(-1), ArrowDown: () => changeLane(1),
      };
      const act = acts[event.key];
      if (!act) return;
      event.preventDefault();
      outline.style.display = 'none';
      act();
      if (cursor && !event.shiftKey && '+=-0'.includes(event.key)) point();
    });
    svg.addEventListener('blur', () => { outline.style.display = 'none'; hideTip(); });

    svg.addEventListener('wheel', (event) => {
      const wanted = event.ctrlKey || event.metaKey || document.activeElement === svg;
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      if (sideways ? range === null : !wanted) return;
      event.preventDefault();
      if (sideways) pan(((event.deltaX || event.deltaY) / chart.px) * 0.6);
      else zoom(Math.exp(clamp(event.deltaY, -120, 120) / 250), timeAt(place(event).x));
    }, { passive: false });
    svg.addEventListener('dblclick', () => setRange(first.from, first.to));

    const fingers = new Map();
    let start = null;
    let pinch = null;
    const selection = shape('rect', { class: 'selection', y: 0, height: chart.height });
    const spread = () => { const [a, b] = [...fingers.values()]; return { length: Math.max(20, Math.abs(a - b)), middle: (a + b) / 2 }; };
    svg.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      const { x } = place(event);
      if (event.pointerType === 'touch') {
        fingers.set(event.pointerId, x);
        hover(event);
        if (fingers.size === 2) pinch = { ...spread(), range: rangeOf(chart), at: timeAt(spread().middle) };
      } else {
        start = x;
        svg.setPointerCapture(event.pointerId);
        selection.setAttribute('width', 0);
        svg.append(selection);
      }
    });
    svg.addEventListener('pointermove', (event) => {
      const { x } = place(event);
      if (start !== null) {
        selection.setAttribute('x', Math.min(start, x));
        selection.setAttribute('width', Math.abs(x - start));
        return;
      }
      const before = fingers.get(event.pointerId);
      if (before === undefined) { if (event.pointerType !== 'touch') hover(event); return; }
      fingers.set(event.pointerId, x);
      if (pinch !== null && fingers.size === 2) {
        const now = spread();
        const length = (pinch.range[1] - pinch.range[0]) * (pinch.length / now.length);
        const from = pinch.at - ((now.middle - chart.gutter) / chart.px) * length;
        setRange(from, from + length);
      } else if (range !== null) pan(-(x - before) / chart.px);
    });
    const end = (event) => {
      fingers.delete(event.pointerId);
      if (fingers.size < 2) pinch = null;
      if (start === null) return;
      const [a, b] = [start, place(event).x].sort((p, q) => p - q);
      start = null;
      selection.remove();
      if (event.type === 'pointerup' && b - a > 6) setRange(timeAt(a), timeAt(b));
    };
    svg.addEventListener('pointerup', end);
    svg.addEventListener('pointercancel', end);
    svg.addEventListener('pointerleave', hideTip);
    // Fitting changes the height: only another width is news, and the drawing waits for the next frame.
    let fitted = 0;
    const refit = () => { if (svg.clientWidth !== fitted) { fitted = svg.clientWidth; fit(chart); } };
    new ResizeObserver(() => requestAnimationFrame(refit)).observe(svg);
    refit();
  }
}
for (const run of document.querySelectorAll('section.run')) setUp(run);

for (const command of document.querySelectorAll('code.command')) {
  const button = element('button', 'copy', 'Copy');
  button.type = 'button';
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(command);
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  command.after(button);
}
// On paper nothing can be unfolded.
let folded = [];
addEventListener('beforeprint', () => {
  folded = [...document.querySelectorAll('details.check:not([open]):has(.failed, .partial, .error)')];
  for (const each of folded) each.open = true;
});
addEventListener('afterprint', () => { for (const each of folded) each.open = false; });
const reveal = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
  if (target && target.querySelector(':scope > details')) target.querySelector(':scope > details').open = true;
  if (target) target.scrollIntoView();
};
addEventListener('hashchange', reveal);
reveal();
})();
`;
