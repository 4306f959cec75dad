/**
 * How truly each client is read: the analysis over fixtures/truth/, whose files say of themselves in
 * comments which tables they touch.
 *
 * bun bench/truth.ts [CLIENT…] [--format text|json] [--folder FOLDER]
 */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { readFlags } from "./flags.ts";
import { type Measure, measure, shares } from "./truth/measure.ts";

const { values, positionals } = readFlags({
  options: {
    format: { type: "string", default: "text" },
    folder: { type: "string", default: join(import.meta.dir, "../fixtures/truth") },
  },
  allowPositionals: true,
});
const folder = resolve(values.folder);
const clients = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const unknown = positionals.filter((name) => !clients.includes(name));
if (unknown.length > 0 || !["text", "json"].includes(values.format)) {
  const what =
    unknown.length > 0 ? `no marked files for ${unknown.join(", ")}` : `no format ${values.format}`;
  console.error(`${what}; there are ${clients.join(", ")}, as text or json`);
  process.exit(2);
}

const measures: Measure[] = [];
for (const client of clients)
  if (positionals.length === 0 || positionals.includes(client))
    measures.push(await measure(client, join(folder, client)));

if (values.format === "json") {
  const rows = measures.map((item) => ({ ...item, ...shares(item) }));
  console.log(JSON.stringify({ version: 1, clients: rows }, null, 2));
} else {
  for (const { client, missed, wrong, silent, otherwise } of measures) {
    const lines = [
      ...missed.map((text) => `  ${silent.includes(text) ? "dropped" : "missed "} ${text}`),
      ...wrong.map((text) => `  false   ${text}`),
      ...otherwise.map((text) => `  other   ${text}`),
    ];
    if (lines.length > 0) console.log(`${client}\n${lines.join("\n")}\n`);
  }
  const percent = (value: number) => (value === 100 ? "100" : value.toFixed(1));
  const header = [
    "client",
    "marked",
    "found",
    "missed",
    "false",
    "recall",
    "access",
    "place",
    "precision",
    "dropped",
  ];
  const rows = measures.map((item) => {
    const { recall, access, place, precision } = shares(item);
    return [
      item.client,
      ...[item.marked, item.found, item.missed.length, item.wrong.length].map(String),
      ...[recall, access, place, precision].map(percent),
      String(item.silent.length),
    ];
  });
  for (const row of [header, ...rows])
    console.log(row.map((cell, index) => (index === 0 ? cell.padEnd(16) : cell.padStart(9))).join(""));
}
