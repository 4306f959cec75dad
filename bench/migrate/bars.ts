/** Runners side by side as a picture: bars from zero, each with the span of its runs. */
import type { Spread } from "../statistics.ts";

export interface Panel {
  title: string;
  /** A hollow one is a bound, and nothing that one could use. */
  bars: readonly { name: string; note: string; ms: Spread; hollow?: boolean }[];
}

const width = 760;
const left = 170;
const right = 200;
const rowHeight = 22;

/** @returns an SVG document, one panel above the other, all on one scale for each panel */
export function bars(title: string, panels: readonly Panel[]): string {
  const parts: string[] = [];
  let y = 40;
  for (const panel of panels) {
    const most = Math.max(...panel.bars.map(({ ms }) => ms.highest));
    const x = (ms: number) => Number(((ms / most) * (width - left - right)).toFixed(1));
    parts.push(`<text x="${left}" y="${y + 10}" font-weight="bold">${escaped(panel.title)}</text>`);
    y += 20;
    for (const [at, { name, note, ms, hollow }] of panel.bars.entries()) {
      const middle = y + rowHeight / 2;
      const fill = hollow ? 'fill="#fff" stroke="#999"' : `fill="${at === 0 ? "#0072b2" : "#999"}"`;
      parts.push(
        `<text x="${left - 8}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text>`,
        `<rect x="${left}" y="${y + 3}" width="${x(ms.median)}" height="${rowHeight - 6}" ${fill}/>`,
        `<line x1="${left + x(ms.lowest)}" x2="${left + x(ms.highest)}" y1="${middle}" y2="${middle}" stroke="#000"/>`,
        `<text x="${left + x(ms.highest) + 8}" y="${middle + 4}">${ms.median.toFixed(0)} ms${note && `, ${escaped(note)}`}</text>`,
      );
      y += rowHeight;
    }
    y += 18;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${left}" y="22" font-size="14">${escaped(title)}</text>
${parts.join("\n")}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
