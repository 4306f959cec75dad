/**
 * The manifest as it was understood before, where all that it follows from is as it was: what stands in its
 * files, and whether what it names is there. Validating it costs a process's start more than reading it.
 */
import type { Store } from "../analysis/cache/store.ts";
import type { Manifest } from "../manifest/model.ts";
import type { ManifestSource } from "../manifest/source.ts";

/** One question that loading asked its source, and what the answer came to. */
type Asked = [question: "read" | "exists" | "isFolder" | "files", path: string, answer: string];

/**
 * @param load reads and validates the manifest of the source that it is given; null where it has problems
 * @param store where it is kept
 */
export function keptManifest(
  source: ManifestSource,
  store: Store,
  load: (source: ManifestSource) => Manifest | null,
): Manifest | null {
  const key = `manifest\0${source.file}`;
  const known = recall(store.get(key));
  if (known?.asked.every(([question, path, answer]) => answerOf(source, question, path) === answer))
    return known.manifest;
  const { asking, asked } = askingSource(source);
  const manifest = load(asking);
  if (manifest) store.set(key, () => JSON.stringify({ asked: [...asked.values()], manifest }));
  return manifest;
}

/** A source that notes what it was asked. */
export function askingSource(source: ManifestSource): {
  asking: ManifestSource;
  asked: ReadonlyMap<string, Asked>;
} {
  const asked = new Map<string, Asked>();
  const note = (question: Asked[0], path: string) => {
    asked.set(`${question}\0${path}`, [question, path, answerOf(source, question, path)]);
  };
  const { files } = source;
  const asking: ManifestSource = {
    file: source.file,
    read(path) {
      note("read", path);
      return source.read(path);
    },
    exists(path) {
      note("exists", path);
      return source.exists(path);
    },
    isFolder(path) {
      note("isFolder", path);
      return source.isFolder(path);
    },
    ...(files && {
      files: () => {
        note("files", "");
        return files();
      },
    }),
  };
  return { asking, asked };
}

function recall(text: string | null): { asked: Asked[]; manifest: Manifest } | null {
  return text === null ? null : (JSON.parse(text) as { asked: Asked[]; manifest: Manifest });
}

/** @throws ManifestReadError as the source does: loading then fails in its own words */
function answerOf(source: ManifestSource, question: Asked[0], path: string): string {
  switch (question) {
    case "read": {
      const text = source.read(path);
      return text === null ? "" : hash(text);
    }
    case "exists":
      return String(source.exists(path));
    case "isFolder":
      return String(source.isFolder(path));
    case "files":
      return hash([...(source.files?.() ?? [])].join("\0"));
  }
}

function hash(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}
