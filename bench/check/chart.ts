/** Growth as a picture: time against the number of files, both from zero, so that a straight line is a straight line. */

export interface Line {
  name: string;
  /** A colour that can be told from the others, by people who see few of them, too. */
  color: string;
  points: readonly { files: number; ms: number }[];
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 70;
const BOTTOM = 50;
const TOP = 30;
const RIGHT = 130;

/** @returns an SVG document */
export function chart(title: string, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const mostFiles = Math.max(...all.map(({ files }) => files));
  const mostMs = Math.max(...all.map(({ ms }) => ms));
  const x = (files: number) => LEFT + (files / mostFiles) * (WIDTH - LEFT - RIGHT);
  const y = (ms: number) => HEIGHT - BOTTOM - (ms / mostMs) * (HEIGHT - BOTTOM - TOP);
  const parts = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(mostMs * share)}" y2="${y(mostMs * share)}" stroke="#ddd"/>`,
    `<text x="${LEFT - 8}" y="${y(mostMs * share) + 4}" text-anchor="end">${seconds(mostMs * share)}</text>`,
    `<text x="${x(mostFiles * share)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${Math.round(mostFiles * share).toLocaleString("en")}</text>`,
  ]);
  for (const { name, color, points } of lines) {
    const path = points.map(({ files, ms }) => `${x(files).toFixed(1)},${y(ms).toFixed(1)}`).join(" ");
    const last = points.at(-1);
    parts.push(`<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`);
    for (const { files, ms } of points)
      parts.push(`<circle cx="${x(files).toFixed(1)}" cy="${y(ms).toFixed(1)}" r="3" fill="${color}"/>`);
    if (last)
      parts.push(`<text x="${x(last.files) + 10}" y="${y(last.ms) + 4}" fill="${color}">${name}</text>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="18" font-size="14">${title}</text>
${parts.join("\n")}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">files</text>
</svg>
`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}
