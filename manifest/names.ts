/**
 * What is wrong with a name in the manifest, in words that follow its key: `"database" is …`.
 */
import { didYouMean, show } from "./nearest.ts";

/** Says why a text is no name of an environment variable. A URL is never repeated: it may hold a password. */
export function variableFault(text: string): string {
  if (text === "") return "is empty: it takes the name of an environment variable";
  if (/[:@/=?&\s]/.test(text)) return "takes the name of an environment variable, never a URL";
  const corrected = text
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^(?=\d)/, "_");
  const hint = /[A-Z]/.test(corrected) ? `, did you mean ${show(corrected)}?` : "";
  return `is ${show(text)}, which is no name of a variable (A-Z, 0-9 and "_")${hint}`;
}

/** Says why a text is no variable with `{SERVICE}` and `{TENANT}` in it, or null. */
export function placeholderFault(text: string): string | null {
  if (/[:@/=?&\s]/.test(text)) return variableFault(text);
  const unknown = [...text.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? "");
  const wrong = unknown.find((word) => word !== "SERVICE" && word !== "TENANT");
  if (wrong !== undefined) {
    const hint = didYouMean(`{${wrong}}`, ["{SERVICE}", "{TENANT}"]) || ": {SERVICE} and {TENANT} are known";
    return `holds an unknown placeholder ${show(`{${wrong}}`)}${hint}`;
  }
  const plain = text.replaceAll("{SERVICE}", "S").replaceAll("{TENANT}", "T");
  return /^[A-Z_][A-Z0-9_]*$/.test(plain) ? null : variableFault(text);
}

const rolePlaceholders = ["{service}", "{kind}", "{project}", "{deployment}", "{tenant}"];

/** Says why a text is no template for a role's name, or null. */
export function roleTemplateFault(text: string): string | null {
  const unknown = (text.match(/\{[^{}]*\}/g) ?? []).find((word) => !rolePlaceholders.includes(word));
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, rolePlaceholders) || `: ${rolePlaceholders.join(", ")} are known`;
    return `holds an unknown placeholder ${show(unknown)}${hint}`;
  }
  const plain = text.replaceAll(/\{[a-z]+\}/g, "x");
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(plain))
    return `is ${show(text)}: a role's name is made of letters, digits, "_" and "-"`;
  return text.includes("{service}") ? null : "must hold {service}, or the services would share a role";
}

/** Says why a text names no table, or null. */
export function tableFault(text: string): string | null {
  const parts = text.split(".");
  if (text.trim() === "") return "is empty: it takes a table's name";
  if (text !== text.trim()) return `${show(text)} begins or ends with a space`;
  if (/["`[\]]/.test(text))
    return `${show(text)} is quoted: write names as the database stores them, without quotes`;
  if (/[\p{Cc};]/u.test(text)) return `${show(text)} holds a character that no table's name has`;
  if (parts.length > 2 || parts.includes("")) return `${show(text)} is neither "table" nor "schema.table"`;
  return null;
}
