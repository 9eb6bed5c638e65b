// How the report looks: on a screen a sheet in the middle, on paper A4.
#include "host/pages/report_page.hpp"

namespace tauvox::pages {

const char* const page_style =
    R"css(:root { color: #1c2126; background: #eceff2; font: 13px/1.4 system-ui, "Segoe UI", Helvetica, Arial, "DejaVu Sans", sans-serif; }
body { max-width: 232mm; margin: 6mm auto; padding: 9mm 10mm; background: #fff; box-shadow: 0 1px 6px #0003; }
h1 { font-size: 1.55em; margin: 0; overflow-wrap: anywhere; line-height: 1.2; }
h2 { font-size: 1.3em; margin: 1.6em 0 .4em; border-bottom: 2px solid #0072b2; }
h3 { font-size: 1.05em; margin: 1.2em 0 .2em; }
p { margin: .3em 0; }
header { display: flex; justify-content: space-between; align-items: flex-start; gap: 1.5em; border-bottom: 2px solid #0072b2; padding-bottom: .5em; margin-bottom: .6em; }
.kind { color: #56606a; font-size: .85em; margin: 0; }
.mark { white-space: nowrap; font-weight: 600; border-radius: 3px; padding: 0 .4em; border: 1px solid; }
header .mark { font-size: 1.15em; padding: .3em .7em; }
.pass { color: #00563f; background: #e1f4ee; }
.maybe { color: #7a5200; background: #fdf3dc; }
.maybe-not { color: #8a3a00; background: #fdeadd; }
.fail { color: #8a1c3c; background: #fbe4ec; }
.open { color: #56606a; background: #f3f5f7; font-weight: 400; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9em; }
th, td { text-align: left; vertical-align: baseline; padding: .13em .45em; border-bottom: 1px solid #dfe4e8; font-weight: 400; }
thead th { color: #56606a; border-bottom: 1.5px solid #8a949d; font-size: .92em; white-space: nowrap; }
.n { text-align: right; white-space: nowrap; }
.value { font-weight: 600; }
.main { font-size: .82em; }
.main th, .main td { padding: .15em .3em; }
.main th[scope="row"] { white-space: nowrap; }
.wide { overflow-x: auto; }
.unit, .of { color: #3c454d; }
.of { overflow-wrap: break-word; max-width: 11em; }
.unit { white-space: nowrap; }
.note, figcaption { color: #56606a; font-size: .82em; }
small { color: #56606a; }
figure { margin: 0; }
.structure { display: flex; justify-content: space-around; align-items: center; gap: 1em; margin: .8em 0; }
.solid { width: 270px; text-align: center; }
.stage { height: 235px; perspective: 900px; overflow: hidden; }
.cube { position: relative; width: 0; height: 0; left: 50%; top: 50%; transform-style: preserve-3d; transform: rotateX(-24deg) rotateY(-32deg); animation: turn 36s linear infinite; }
.cube img { position: absolute; left: 0; top: 0; outline: .5px solid #0006; backface-visibility: hidden; }
@keyframes turn { from { transform: rotateX(-24deg) rotateY(-32deg); } to { transform: rotateX(-24deg) rotateY(328deg); } }
.beside { display: flex; justify-content: center; gap: .4em; }
.above { display: flex; flex-direction: column-reverse; align-items: center; }
.map { position: relative; }
.map img { display: block; width: 100%; outline: 1px solid #8a949d; }
.bar { position: absolute; left: 5px; bottom: 5px; background: #fff; padding: 0 5px 3px; font-size: 11px; text-align: center; line-height: 15px; }
.bar b { display: block; height: 3px; background: #000; margin: 4px auto 0; }
.way { font-size: .82em; text-align: center; color: #3c454d; }
.beside .way { writing-mode: vertical-rl; }
.beside .way.up { transform: rotate(180deg); }
.legend { font-size: .85em; text-align: center; margin-top: .3em; }
.legend span { margin: 0 .6em; white-space: nowrap; }
.legend i { display: inline-block; width: .8em; height: .8em; border: 1px solid #56606a; margin-right: .35em; vertical-align: -.05em; }
.slice figcaption { text-align: center; }
.plots { display: flex; gap: .6em; justify-content: space-between; }
.plots figure { flex: 1 1 0; min-width: 0; }
.plots img { width: 100%; }
dl { font-size: .82em; color: #3c454d; margin: .5em 0; }
dt { font-weight: 600; margin-top: .3em; }
dd { margin: 0 0 0 1.2em; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; font-size: .92em; font-weight: 400; }
code { overflow-wrap: anywhere; }
pre { background: #f3f5f7; padding: .6em; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .82em; }
.facts th { width: 9em; color: #56606a; }
.facts td { overflow-wrap: anywhere; }
@media (max-width: 600px) { .structure, .plots, header { flex-direction: column; } table { font-size: .75em; } }
@media (prefers-reduced-motion: reduce) { .cube { animation: none; } }
@page { size: A4; margin: 12mm 13mm; }
@media print {
  :root { background: #fff; font-size: 11.5px; }
  body { max-width: none; margin: 0; padding: 0; box-shadow: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .cube { animation: none; transform: none; transform-style: flat; }
  .cube img { transform: var(--flat) !important; backface-visibility: visible; }
  .cube .behind { display: none; }
  .stage { perspective: none; }
  .first { break-after: page; }
  .main { font-size: .8em; }
  .main th, .main td { padding: .1em .25em; }
  .wide { overflow: visible; }
  .first .solid { width: 230px; }
  .first .stage { height: 200px; }
  .first .structure { margin: .4em 0; }
  tr, figure, dd { break-inside: avoid; }
  h2, h3, dt { break-after: avoid; }
}
)css";

}  // namespace tauvox::pages
