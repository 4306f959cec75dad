import { expect, test } from "bun:test";
import type { Store } from "../analysis/cache/store.ts";
import { loadManifest, type ManifestSource, memorySource } from "../manifest/mod.ts";
import { rules } from "../rules/mod.ts";
import { keptManifest } from "./kept-manifest.ts";

const files = {
  "freehold.json": JSON.stringify({
    services: {
      orders: { path: "orders", owns: ["orders", "public.totals_*"], database: "ORDERS_DATABASE_URL" },
      billing: "billing/freehold.json",
    },
    ignore: ["**/*.gen.ts"],
    rules: { "no-hardcoded-connection": { options: { hosts: ["localhost"] } } },
  }),
  "billing/freehold.json": JSON.stringify({ path: "billing", owns: ["invoices"] }),
  "billing/total.gen.ts": "",
  "orders/names.ts": "",
};

function memory(): Store {
  const texts = new Map<string, string>();
  return {
    get: (key) => texts.get(key) ?? null,
    set: (key, text) => texts.set(key, text()),
    flush: () => {},
    close: () => {},
  };
}

/** The manifest of the files, and whether it was validated for that. */
function ask(store: Store, given: Record<string, string>) {
  let validated = false;
  const manifest = keptManifest(memorySource(given), store, (source: ManifestSource) => {
    validated = true;
    return loadManifest(source, rules).manifest;
  });
  return { manifest, validated };
}

test("a manifest is validated once, and is the same from then on", () => {
  const store = memory();
  const { manifest } = loadManifest(memorySource(files), rules);
  expect(ask(store, files)).toEqual({ manifest, validated: true });
  expect(ask(store, files)).toEqual({ manifest, validated: false });
});

const sound = loadManifest(memorySource(files), rules).manifest;

test("the manifest of these tests is sound", () => {
  expect(sound?.services.map(({ name }) => name)).toEqual(["orders", "billing"]);
});

test.each([
  ["its text", { ...files, "freehold.json": `${files["freehold.json"]} ` }],
  ["a fragment's text", { ...files, "billing/freehold.json": '{ "path": "billing", "owns": ["bills"] }' }],
])("%s has changed: it is validated anew", (_, changed) => {
  const store = memory();
  ask(store, files);
  const { manifest } = loadManifest(memorySource(changed), rules);
  expect(ask(store, changed)).toEqual({ manifest, validated: true });
});

test("a folder that it names is gone: its problems are told as if nothing had been kept", () => {
  const store = memory();
  ask(store, files);
  const { "orders/names.ts": _, ...without } = files;
  expect(ask(store, without)).toEqual({ manifest: null, validated: true });
});

test("one with problems is not kept", () => {
  const store = memory();
  const faulty = { ...files, "freehold.json": "{}}" };
  expect(ask(store, faulty)).toEqual({ manifest: null, validated: true });
  expect(ask(store, faulty)).toEqual({ manifest: null, validated: true });
});
