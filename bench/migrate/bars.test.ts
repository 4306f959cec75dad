import { expect, test } from "bun:test";
import { bars } from "./bars.ts";

test("a bar is as long as its median, and its line spans its runs", () => {
  const text = bars("a < b", [
    {
      title: "one",
      bars: [
        { name: "first", note: "", ms: { median: 50, lowest: 40, highest: 100 } },
        { name: "R&D", note: "none", ms: { median: 25, lowest: 25, highest: 25 } },
      ],
    },
  ]);
  expect(text).toContain(">a &lt; b</text>");
  expect(text.match(/<rect x="170"[^>]*>/g)).toEqual([
    '<rect x="170" y="63" width="195" height="16" fill="#0072b2"/>',
    '<rect x="170" y="85" width="97.5" height="16" fill="#999"/>',
  ]);
  expect(text).toContain('<line x1="326" x2="560" y1="71" y2="71" stroke="#000"/>');
  expect(text).toContain(">25 ms, none</text>");
  expect(text).toContain(">R&amp;D</text>");
});
