/** Plots as SVG: pure functions from numbers to text. */

export interface Series {
  name: string;
  color: string;
  points: readonly (readonly [x: number, y: number])[];
  dashed?: boolean;
}

export interface Axis {
  label: string;
  log?: boolean;
  /** Where a number stands at the axis, and how. */
  ticks?: readonly (readonly [number, string])[];
  show?: (value: number) => string;
  /** Ends of the axis, where the data is not to say. */
  from?: number;
  to?: number;
}

export interface Band {
  from: number;
  to: number;
  label: string;
  color: string;
}

/** Colours that people who see few of them can tell apart (Okabe and Ito). */
export const colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555"] as const;

const width = 760;
const height = 380;
const edge = { left: 78, right: 36, top: 34, bottom: 74 };

/** A line plot with a legend below it. @returns an SVG element */
export function plot(
  title: string,
  x: Axis,
  y: Axis,
  series: readonly Series[],
  bands: readonly Band[] = [],
): string {
  const drawn = series.map((one) => ({
    ...one,
    points: one.points.filter(([a, b]) => fits(x, a) && fits(y, b)),
  }));
  const all = drawn.flatMap(({ points }) => points);
  if (all.length === 0) return "";
  const toX = scale(
    x,
    all.map(([value]) => value),
    edge.left,
    width - edge.right,
  );
  const toY = scale(
    y,
    all.map(([, value]) => value),
    height - edge.bottom,
    edge.top,
  );
  const parts: string[] = [];
  for (const { from, to, label, color } of bands) {
    const left = toX.at(from);
    const wide = Math.max(2, toX.at(to) - left);
    parts.push(
      `<rect x="${n(left)}" y="${edge.top}" width="${n(wide)}" height="${height - edge.bottom - edge.top}" fill="${color}" opacity="0.25"/>`,
      `<text x="${n(left + 4)}" y="${edge.top + 14}" fill="#333">${escapeText(label)}</text>`,
    );
  }
  for (const [value, text] of toX.ticks)
    parts.push(
      `<line x1="${n(toX.at(value))}" x2="${n(toX.at(value))}" y1="${edge.top}" y2="${height - edge.bottom}" stroke="#e5e5e5"/>`,
      `<text x="${n(toX.at(value))}" y="${height - edge.bottom + 17}" text-anchor="middle">${escapeText(text)}</text>`,
    );
  for (const [value, text] of toY.ticks)
    parts.push(
      `<line x1="${edge.left}" x2="${width - edge.right}" y1="${n(toY.at(value))}" y2="${n(toY.at(value))}" stroke="#e5e5e5"/>`,
      `<text x="${edge.left - 7}" y="${n(toY.at(value) + 4)}" text-anchor="end">${escapeText(text)}</text>`,
    );
  for (const { color, points, dashed } of drawn) {
    const path = points.map(([a, b]) => `${n(toX.at(a))},${n(toY.at(b))}`).join(" ");
    parts.push(
      `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="1.8"${dashed ? ' stroke-dasharray="6 4"' : ""}/>`,
    );
    if (points.length < 20)
      for (const [a, b] of points)
        parts.push(`<circle cx="${n(toX.at(a))}" cy="${n(toY.at(b))}" r="3" fill="${color}"/>`);
  }
  let [at, row] = [edge.left, height - 22];
  for (const { name, color } of drawn) {
    const wide = 34 + name.length * 6.4;
    if (at + wide > width) [at, row] = [edge.left, row + 15];
    parts.push(
      `<rect x="${n(at)}" y="${row - 6}" width="14" height="4" fill="${color}"/>`,
      `<text x="${n(at + 19)}" y="${row}">${escapeText(name)}</text>`,
    );
    at += wide;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="${escapeText(title)}">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${edge.left}" y="20" font-size="15">${escapeText(title)}</text>
${parts.join("\n")}
<text x="${(edge.left + width - edge.right) / 2}" y="${height - edge.bottom + 38}" text-anchor="middle">${escapeText(x.label)}</text>
<text transform="translate(15 ${(height - edge.bottom + edge.top) / 2}) rotate(-90)" text-anchor="middle">${escapeText(y.label)}</text>
</svg>
`;
}

/** Text for HTML and SVG. */
export function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** How far a share lies on an axis of nines: 0.9 at 1, 0.99 at 2. */
export function nines(share: number): number {
  return -Math.log10(1 - share);
}

/** The ticks of such an axis. */
export const ninesTicks = [
  [0, "0"],
  [nines(0.5), "50 %"],
  [1, "90 %"],
  [2, "99 %"],
  [3, "99.9 %"],
  [4, "99.99 %"],
  [5, "99.999 %"],
] as const;

function fits({ log }: Axis, value: number): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

function scale(axis: Axis, values: readonly number[], start: number, end: number) {
  const bend = axis.log ? Math.log10 : (value: number) => value;
  const least = axis.from ?? (axis.log ? Math.min(...values) : 0);
  const most = axis.to ?? Math.max(...values, least + (axis.log ? least : 1e-9));
  const [low, high] = [bend(least), bend(most)];
  const show = axis.show ?? String;
  const ticks =
    axis.ticks ??
    (axis.log ? decades(least, most) : steps(most)).map((value) => [value, show(value)] as const);
  return {
    at: (value: number) =>
      start + ((Math.min(high, Math.max(low, bend(value))) - low) / (high - low || 1)) * (end - start),
    ticks: ticks.filter(([value]) => value >= least && value <= most),
  };
}

function decades(least: number, most: number): number[] {
  const first = Math.ceil(Math.log10(least));
  const found: number[] = [];
  for (let power = first; 10 ** power <= most; power += 1) found.push(10 ** power);
  return found.length > 0 ? found : [least, most];
}

function steps(most: number): number[] {
  const size = 10 ** Math.floor(Math.log10(most));
  const step = most / size < 2 ? size / 4 : most / size < 5 ? size / 2 : size;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
