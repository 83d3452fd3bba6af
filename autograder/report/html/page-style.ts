import { customProperties, DARK, LIGHT } from './palette.js';

const MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';

/** What all pages share. Colours are those of `palette.ts`. */
export const STYLE = `
:root { color-scheme: light dark; ${customProperties(LIGHT)} }
@media (prefers-color-scheme: dark) { :root { ${customProperties(DARK)} } }
@media print { :root { ${customProperties(LIGHT)} } }
* { box-sizing: border-box; }
html { scroll-padding-top: 12px; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 1180px; padding: 28px 32px 64px; color: var(--ink); background: var(--page);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
th, .number { overflow-wrap: normal; }
h1 { font-size: 25px; line-height: 1.25; margin: 0 0 4px; } h2 { font-size: 20px; margin: 36px 0 8px; } h3 { font-size: 16px; margin: 20px 0 6px; }
p { margin: 6px 0; } a { color: var(--link); text-underline-offset: 2px; }
small, .faint { color: var(--faint); }
code { font: 0.87em/1.5 ${MONO}; background: var(--back); padding: 1px 5px; border-radius: 4px; }
pre { font: 12.5px/1.5 ${MONO}; background: var(--back); padding: 10px 14px; border-radius: 6px; white-space: pre-wrap; margin: 8px 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin: 8px 0; }
th { text-align: left; font-weight: 600; color: var(--faint); font-size: 13px; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--rule); vertical-align: top; }
.number { text-align: right; white-space: nowrap; }
button { font: inherit; font-size: 13px; color: var(--ink); background: var(--page); border: 1px solid var(--faint); border-radius: 6px; padding: 2px 10px; min-height: 28px; cursor: pointer; }
button:hover:enabled { background: var(--back); } button:disabled { color: var(--faint); border-color: var(--rule); cursor: default; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.score { font-size: 40px; font-weight: 650; letter-spacing: -0.02em; line-height: 1.2; }
.bar { height: 10px; border-radius: 5px; background: var(--rule); overflow: hidden; max-width: 480px; margin: 4px 0 12px; }
.bar i { display: block; height: 100%; background: var(--good); }
.passed { color: var(--good); } .partial { color: var(--middling); } .failed, .error { color: var(--bad); }
figure { margin: 14px 0 6px; } figcaption { font-size: 13px; font-weight: 600; color: var(--faint); margin-bottom: 4px; }
svg.chart { width: 100%; height: auto; display: block; user-select: none; -webkit-user-select: none; touch-action: pan-y; border-radius: 4px; }
.chart .back { fill: var(--back); }
.chart .grid { stroke: var(--rule); stroke-width: 1; } .chart .zero { stroke: var(--faint); stroke-width: 1; vector-effect: non-scaling-stroke; }
.chart text { font-size: 12px; fill: var(--faint); } .chart .label { text-anchor: end; } .chart .tick { text-anchor: middle; }
.chart .heading { font-weight: 600; fill: var(--ink); }
.chart .name { text-anchor: middle; fill: var(--ink); stroke: var(--page); stroke-width: 3px; paint-order: stroke; pointer-events: none; font-weight: 600; }
.chart .plot { cursor: crosshair; }
.chart path { vector-effect: non-scaling-stroke; } .chart path.seen, .chart path.ideal { fill: none; }
.chart .seen { stroke-width: 1.8; } .chart .ideal { stroke-width: 1.2; stroke-dasharray: 5 4; opacity: 0.75; }
.chart .mark { stroke-width: 2; fill: none; }
.chart .other { fill: var(--other); } .chart .idle { fill: var(--page); stroke: var(--idle); stroke-width: 1; stroke-dasharray: 3 3; }
.chart .stopped { fill: none; stroke: var(--idle); stroke-width: 1; stroke-dasharray: 1 3; } .chart .busy { fill: var(--other); opacity: 0.55; }
.chart .flag { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 6 3; }
.chart .selection { fill: var(--link); opacity: 0.18; } .chart .cursor { fill: none; stroke: var(--ink); stroke-width: 2; }
.legend { list-style: none; padding: 0; margin: 8px 0; display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 14px; }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 7px; vertical-align: -1px; }
.legend .other { background: var(--other); } .legend .idle { background: var(--page); border: 1px dashed var(--idle); } .legend .kernel { background: var(--back); border: 1px solid var(--rule); }
.legend .stopped { border: 1px dotted var(--idle); } .legend .busy { background: var(--other); opacity: 0.55; } .legend .flag { background: none; border-left: 2px dashed var(--bad); border-radius: 0; }
.zoom { display: flex; flex-wrap: wrap; gap: 6px; margin: 10px 0 0; } .zoom button { min-width: 34px; }
.tip { display: none; position: fixed; z-index: 9; max-width: min(420px, calc(100vw - 16px)); padding: 6px 10px; border-radius: 6px; pointer-events: none;
  font-size: 13px; line-height: 1.4; white-space: pre-line; color: var(--page); background: var(--ink); font-variant-numeric: tabular-nums; }
@media (max-width: 640px) {
  body { padding: 16px 14px 40px; } h1 { font-size: 21px; } h2 { font-size: 18px; margin-top: 28px; } th, td { padding: 5px 6px; }
}
@media print {
  body { padding: 0; max-width: none; font-size: 10.5pt; } h2, h3 { break-after: avoid; } figure, pre { break-inside: avoid; }
  .hint, .zoom, .copy, .tip { display: none !important; } a { color: inherit; text-decoration: none; }
  .bar i, .chart *, .legend i, .diff *, .excerpt * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
