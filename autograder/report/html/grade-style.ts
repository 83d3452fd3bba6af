/** What only the page of a grade has. */
export const GRADE_STYLE = `
.top { display: grid; grid-template-columns: 1fr auto; gap: 4px 32px; align-items: end; margin-bottom: 8px; }
.top .score { text-align: right; }
.verdict { font-size: 17px; margin: 4px 0 0; }
.next { border: 1px solid var(--rule); border-left: 5px solid var(--bad); border-radius: 8px; padding: 4px 22px 14px; margin: 20px 0; }
.next.done { border-left-color: var(--good); } .next.done h2 { color: var(--good); }
.next h2 { margin: 14px 0 2px; font-size: 14px; color: var(--bad); } .next h3 { font-size: 18px; margin: 2px 0 8px; }
.next h3 span { font-size: 15px; font-weight: 500; white-space: nowrap; } .next h3 + ol { margin-top: 4px; }
.next ol { padding-left: 22px; margin: 4px 0; } .next li { margin: 4px 0; }
dl.finding { margin: 6px 0; display: grid; grid-template-columns: max-content 1fr; gap: 4px 14px; }
dl.finding dt { color: var(--faint); } dl.finding dd { margin: 0; white-space: pre-line; } dl.finding .what { font-weight: 600; }
details.check { border-bottom: 1px solid var(--rule); } .checks { border-top: 1px solid var(--rule); }
details.check > summary { display: grid; grid-template-columns: 18px 1fr max-content max-content 14px; gap: 0 12px; padding: 7px 6px; cursor: pointer; list-style: none; }
details.check > summary::-webkit-details-marker { display: none; }
details.check > summary:hover, details.run > summary:hover { background: var(--back); }
details.check .points { min-width: 92px; text-align: right; font-variant-numeric: tabular-nums; } details.check .word { font-size: 13px; padding-top: 1px; }
details.check > summary::after { content: "▸"; color: var(--faint); } details.check[open] > summary::after { content: "▾"; }
details.check .title small { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } details.check .title { min-width: 0; }
details.check[open] > summary .title { font-weight: 600; } details.check[open] > summary small { display: none; } details.check > div { padding: 0 6px 14px 36px; }
details.run { border-bottom: 1px solid var(--rule); } details.run > summary { padding: 8px 6px; cursor: pointer; } details.run > summary h3 { display: inline; margin: 0; } details.run > summary small { display: block; padding-left: 17px; }
details.run > div { padding: 2px 6px 18px; }
.run-it { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; } .run-it code { padding: 4px 10px; font-size: 13px; user-select: all; }
.source { margin: 6px 0; } .source figcaption { font-weight: 400; }
.excerpt { padding: 8px 0; margin: 0; white-space: normal; tab-size: 4; } .excerpt .line { display: grid; grid-template-columns: 62px 1fr; }
.excerpt .no { text-align: right; padding-right: 14px; color: var(--faint); user-select: none; } .excerpt .code { white-space: pre-wrap; padding-right: 10px; min-height: 1.5em; }
.excerpt .marked { background: var(--mark-back); font-weight: 600; } .excerpt .marked .no { color: var(--ink); }
.excerpt .message { display: block; padding: 2px 10px 4px 62px; color: var(--bad); font-weight: 600; }
.hljs-comment { color: var(--comment); font-style: italic; } .hljs-keyword, .hljs-operator { color: var(--keyword); } .hljs-string { color: var(--string); }
.hljs-number, .hljs-literal { color: var(--number); } .hljs-type, .hljs-built_in { color: var(--type); } .hljs-meta { color: var(--meta); }
.diff { font-size: 13.5px; margin: 10px 0 2px; } .diff th, .diff td { padding: 2px 10px; border-bottom: none; } .diff tbody { border-block: 1px solid var(--rule); }
.diff .sign { width: 22px; font-weight: 700; } .diff .time { white-space: nowrap; color: var(--faint); } .diff small { color: inherit; white-space: nowrap; }
.diff .expected { background: var(--good-back); } .diff .expected .sign { color: var(--good); }
.diff .seen { background: var(--bad-back); } .diff .seen .sign { color: var(--bad); } .diff .expected .time, .diff .seen .time { color: inherit; }
.diff .gap td { color: var(--faint); font-style: italic; } .key { font-size: 13px; }
.terms dt { font-weight: 600; } .terms dd { margin: 0 0 6px; color: var(--faint); }
@media (max-width: 640px) {
  .top { grid-template-columns: 1fr; } .top .score { text-align: left; }
  .next { padding: 2px 14px 12px; } .next ol { padding-left: 18px; }
  dl.finding { grid-template-columns: 1fr; gap: 0; } dl.finding dd { margin-bottom: 6px; }
  details.check > summary { grid-template-columns: 18px 1fr max-content 14px; gap: 0 8px; } details.check .points { min-width: 0; } details.check .word { display: none; } details.check > div { padding-left: 6px; }
  .excerpt .line { grid-template-columns: 44px 1fr; } .excerpt .no { padding-right: 8px; } .excerpt .message { padding-left: 44px; }
  .diff th, .diff td { padding: 2px 5px; } .diff .time { font-size: 12px; }
}
@media print { .next { break-inside: avoid; } details.check:not([open]) > summary { break-inside: avoid; } }
`;
