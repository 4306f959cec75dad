/** rules/README.md, from the rules themselves. */
import type { Rule } from "../analysis/model.ts";
import { optionLines } from "../manifest/mod.ts";

/** The whole text of rules/README.md. */
export function rulesReadme(rules: readonly Rule[]): string {
  const lines = [
    "# Rules",
    "",
    "<!-- Generated from the rules by `bun run generate`. -->",
    "",
    `A rule's level is set in the manifest: \`"rules": { "unresolved-table": "warn" }\` (\`error\`, \`warn\` or \`off\`); for one service under \`rules\` of its entry; for test files as \`{ "level": "error", "tests": "off" }\`; and where a rule has options, as \`{ "options": { … } }\`.`,
    "The examples stand in a workspace in which orders owns `orders` and `customers`, and publishes `customers`; billing owns `invoices`, and may read `customers`.",
    "",
    "| rule | level | what it does |",
    "|---|---|---|",
    ...rules.map(
      ({ id, severity, summary }) => `| [${id}](#${id}) | ${severity} | ${summary.replaceAll("|", "\\|")} |`,
    ),
    ...rules.flatMap(section),
  ];
  return `${lines.join("\n")}\n`;
}

function section({ id, summary, why, fix, examples, options, since }: Rule): string[] {
  return [
    "",
    `## ${id}`,
    "",
    summary,
    "",
    why,
    "",
    fix,
    ...(since === undefined ? [] : ["", `Since ${since}.`]),
    ...(options ? ["", "Options:", ""] : []),
    ...(options ? optionLines(options).map((one) => `- \`${one.name}\`: ${one.description}`) : []),
    "",
    ...(examples.landed ? ["As it landed:", ...Object.entries(examples.landed).flatMap(example), ""] : []),
    "Gives a finding:",
    ...Object.entries(examples.bad).flatMap(example),
    "",
    "Gives none:",
    ...Object.entries(examples.good).flatMap(example),
  ];
}

function example([path, text]: [string, string]): string[] {
  const ending = path.slice(path.lastIndexOf(".") + 1);
  const language = ending === "json" ? "jsonc" : ending;
  const comment = language === "sql" ? "--" : "//";
  return ["", `\`\`\`${language}`, `${comment} ${path}`, ...text.trimEnd().split("\n"), "```"];
}
