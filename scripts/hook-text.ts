/** What a hook of ours says, and what is to be added to a hook that is somebody else's. */

/** By this line a hook is known as ours. */
const mark = "# freehold hook: `freehold hook install` wrote it, `freehold hook uninstall` takes it away.";

/** Whether a hook is ours, to be replaced or taken away. */
export function isOurs(hook: string): boolean {
  return hook.includes(mark);
}

/** Whether somebody has put the check into a hook or a configuration already. */
export function holdsCheck(text: string): boolean {
  return /freehold.*check.*--staged/.test(text) || /id:\s*freehold\b/.test(text);
}

/**
 * A hook for git. It starts the workspace's own freehold, that of the repository's main working tree, or the
 * one on PATH, and refuses the commit where there is none: what nobody has looked at is not clean.
 *
 * @param folder the workspace within the repository; empty for its root
 */
export function hookScript(folder: string): string {
  const within = folder === "" ? "" : `${folder}/`;
  const config = folder === "" ? "" : ` --config ${shellWord(`${within}freehold.json`)}`;
  const bin = shellWord(`${within}node_modules/.bin/freehold`);
  return `#!/bin/sh
${mark}
for freehold in ./${bin} "$(git rev-parse --git-common-dir)"/../${bin} "$(command -v freehold)"; do
  if [ -x "$freehold" ]; then exec "$freehold" check --staged${config}; fi
done
echo "freehold is not installed, so nothing is proven: install your packages, or commit with --no-verify" >&2
exit 1
`;
}

/** Runs the same for the commits that \`git merge\` makes by itself. */
export function mergeHookScript(): string {
  return `#!/bin/sh
${mark}
exec "$(dirname "$0")/pre-commit"
`;
}

/** @param folder the workspace within the repository; empty for its root */
export function commandLine(folder: string): string {
  const config = folder === "" ? "" : ` --config ${shellWord(`${folder}/freehold.json`)}`;
  return `bunx freehold check --staged${config}`;
}

/** What to add to lefthook's configuration. @param folder the workspace's, from the repository's root */
export function lefthookEntry(folder: string): string {
  return `pre-commit:
  commands:
    freehold:
      run: ${commandLine(folder)}
`;
}

/**
 * What to add to the pre-commit framework's configuration.
 * @param folder the workspace's, from the repository's root
 */
export function preCommitEntry(folder: string): string {
  return `repos:
  - repo: local
    hooks:
      - id: freehold
        name: freehold
        entry: ${commandLine(folder)}
        language: system
        pass_filenames: false
        always_run: true
`;
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
