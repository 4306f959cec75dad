/**
 * Which migrations are no longer what they were when they landed. Landed is what the default branch had when this work
 * left it, or, where no such branch is known, what is committed. A file that is new since then has not landed.
 */
import { migrationOwner } from "../manifest/lookup.ts";
import type { Manifest } from "../manifest/model.ts";
import type { Candidate, Contents } from "./contents.ts";
import { downSections, migrationName } from "./sql/mod.ts";
import { type Base, baseOf } from "./tree/base.ts";
import { git } from "./tree/git.ts";

/**
 * @param root absolute path of the workspace
 * @param candidates the files that are read
 * @param findBase asked only where there are migrations
 * @returns by path, the branch whose text is another; empty outside of git
 */
export function changedSinceLanding(
  root: string,
  manifest: Manifest,
  candidates: readonly Candidate[],
  contents: Contents,
  findBase: () => Base | null = () => baseOf(root),
): Map<string, string> {
  const changed = new Map<string, string>();
  const migrations = candidates.filter(
    ({ path }) => path.endsWith(".sql") && migrationOwner(manifest, path) !== null && isOnce(path),
  );
  const base = migrations.length > 0 ? findBase() : null;
  if (!base) return changed;
  const folders = [...new Set(migrations.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1) || "."))];
  const landed = idsAt(root, base.commit, folders);
  for (const candidate of migrations) {
    const id = landed.get(candidate.path);
    if (id === undefined || id === candidate.id) continue;
    const content = contents.read(candidate);
    if (!("text" in content) || content.text === null || content.id === id) continue;
    const before = git(root, ["cat-file", "blob", id]);
    if (before?.exitCode === 0 && wayThere(before.stdout.toString()) !== wayThere(content.text))
      changed.set(candidate.path, base.name);
  }
  return changed;
}

/** It is applied once: what runs whenever it has changed is meant to change, and so may the way back. */
function isOnce(path: string): boolean {
  const name = migrationName(path);
  return name !== null && !name.down && name.version !== "~";
}

function idsAt(root: string, commit: string, folders: readonly string[]): Map<string, string> {
  const listed = git(root, ["ls-tree", "-z", commit, "--", ...folders]);
  const ids = new Map<string, string>();
  if (listed?.exitCode !== 0) return ids;
  for (const line of listed.stdout.toString().split("\0")) {
    const [, id, path] = /^\d+ blob ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
    if (id !== undefined && path !== undefined) ids.set(path, id);
  }
  return ids;
}

/** As the runner's checksum sees it: whatever the line ends are, and without a part that takes back. */
function wayThere(text: string): string {
  const unified = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const isDown = downSections(unified);
  if (!isDown) return unified;
  let offset = 0;
  return unified
    .split("\n")
    .filter((line) => {
      const start = offset;
      offset += line.length + 1;
      return !isDown(start);
    })
    .join("\n");
}
