/** What a reporter is handed besides the result. Reporters are pure: no file is opened and no terminal asked from here. */

import type { Rule } from "../analysis/model.ts";

/** The few ways in which a report paints text; a chalk instance is one. */
export interface Painter {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  cyan(text: string): string;
}

/** Paints nothing. */
export const plain: Painter = {
  bold: (text) => text,
  dim: (text) => text,
  red: (text) => text,
  yellow: (text) => text,
  green: (text) => text,
  cyan: (text) => text,
};

export interface ReportContext {
  color: Painter;
  /** The text of a file of the workspace for code frames, null where it cannot be had. */
  source(file: string): string | null;
  /** What made the report, for formats that say so. */
  tool: { version: string; rules: readonly Rule[] };
  /** Columns to fill before a line of source is cut to a window. */
  width: number;
}
