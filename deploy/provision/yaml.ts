/** YAML with a comment above it. */
export function commented(comment: readonly string[], documents: readonly object[]): string {
  const head = comment.map((line) => `# ${line}\n`).join("");
  return head + documents.map((document) => `${Bun.YAML.stringify(document, null, 2)}\n`).join("---\n");
}
