const testFolders = new Set(["__tests__", "test", "tests", "e2e"]);

/**
 * Whether a workspace path is a test's: `*.test.*`, `*.spec.*`, or in a folder named `__tests__`,
 * `test`, `tests` or `e2e`.
 */
export function isTestFile(path: string): boolean {
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  return /.\.(test|spec)\../.test(name) || parts.some((part) => testFolders.has(part));
}
