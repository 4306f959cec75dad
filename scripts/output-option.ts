/** `--output FORMAT=FILE`, as the command line parses it. */
import { InvalidArgumentError } from "commander";
import { checkFormats } from "../report/mod.ts";

export interface ReportFile {
  format: keyof typeof checkFormats;
  /** Absolute, or relative to the working folder. */
  file: string;
}

/** Adds what one `--output` says to those before it. */
export function reportFile(text: string, before: ReportFile[] = []): ReportFile[] {
  const formats = Object.keys(checkFormats);
  const at = text.indexOf("=");
  const format = text.slice(0, at);
  const file = text.slice(at + 1);
  if (at < 1 || file === "" || !isFormat(format)) {
    throw new InvalidArgumentError(
      `Give FORMAT=FILE, such as sarif=out.sarif; formats are ${formats.join(", ")}.`,
    );
  }
  return [...before, { format, file }];
}

function isFormat(text: string): text is ReportFile["format"] {
  return Object.hasOwn(checkFormats, text);
}
