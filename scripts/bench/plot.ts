// The curve over connections as an SVG: throughput above, p99 below, both on the same steps of connections. It is
// written by hand, since a drawing library would be the largest dependency of the project for one picture.

import type { LoadResult } from "./http_load.ts";
import type { CurvePoint } from "./http_sessions.ts";
import { rounded } from "./row.ts";

const WIDTH = 720;
const LEFT = 70;
const RIGHT = 20;
const PANEL_HEIGHT = 180;
const PANEL_TOPS = [50, 300] as const;
const TICKS = 4;
const SIDES = [
  { side: "ours", name: "durable start + end", colour: "#0b6e4f" },
  { side: "peer", name: "Express 5 JSON echo", colour: "#b0413e" },
] as const;

interface Panel {
  readonly title: string;
  readonly top: number;
  readonly value: (result: LoadResult) => number;
}

const PANELS: readonly Panel[] = [
  { title: "requests a second", top: PANEL_TOPS[0], value: (result) => result.requests_per_second },
  { title: "p99, ms", top: PANEL_TOPS[1], value: (result) => result.p99_ms },
];

export function toSvg(curve: readonly CurvePoint[]): string {
  const height = PANEL_TOPS[1] + PANEL_HEIGHT + 50;
  const legend = SIDES.map(
    ({ name, colour }, at) => `<text x="${LEFT + at * 220}" y="20" fill="${colour}">&#9679; ${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">
<title>Requests a second and p99 over the number of connections, durable sessions and a bare echo</title>
<rect width="${WIDTH}" height="${height}" fill="white"/>
${[...legend, ...PANELS.flatMap((panel) => drawPanel(panel, curve))].join("\n")}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${height - 10}" text-anchor="middle">connections</text>
</svg>
`;
}

function drawPanel({ title, top, value }: Panel, curve: readonly CurvePoint[]): string[] {
  const max = roundUp(Math.max(...curve.flatMap(({ ours, peer }) => [value(ours), value(peer)])));
  const bottom = top + PANEL_HEIGHT;
  const x = (at: number): number => LEFT + (at * (WIDTH - LEFT - RIGHT)) / Math.max(1, curve.length - 1);
  const y = (of: number): number => Math.round((bottom - (of / max) * PANEL_HEIGHT) * 10) / 10;
  const ticks = Array.from({ length: TICKS + 1 }, (_, tick) => (max * tick) / TICKS);
  return [
    `<text x="${LEFT}" y="${top - 10}" font-weight="bold">${title}</text>`,
    ...ticks.map(
      (tick) =>
        `<path d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 8}" y="${y(tick) + 4}" text-anchor="end">${rounded(tick)}</text>`,
    ),
    ...curve.map(
      ({ connections }, at) =>
        `<text x="${x(at)}" y="${bottom + 18}" text-anchor="middle">${connections}</text>`,
    ),
    ...SIDES.map(({ side, colour }) => {
      const points = curve.map((point, at) => `${x(at)},${y(value(point[side]))}`);
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`;
    }),
  ];
}

/** The next number above that is 1, 2, 4 or 8 times a power of ten, so that a quarter of it is a fair number. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return power * ([1, 2, 4, 8].find((step) => step * power >= value) ?? 10);
}
