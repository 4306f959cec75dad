/**
 * The formats of `freehold check`: a format's name is its key here, and the command line takes its choices from them.
 * A reporter is loaded when it is used, as a hook waits for each module.
 */
export const checkFormats = {
  pretty: later(() => (require("./pretty.ts") as typeof import("./pretty.ts")).pretty),
  compact: later(() => (require("./compact.ts") as typeof import("./compact.ts")).compact),
  json: later(() => (require("./json.ts") as typeof import("./json.ts")).json),
  github: later(() => (require("./github.ts") as typeof import("./github.ts")).github),
  gitlab: later(() => (require("./gitlab.ts") as typeof import("./gitlab.ts")).gitlab),
  sarif: later(() => (require("./sarif.ts") as typeof import("./sarif.ts")).sarif),
  markdown: later(() => (require("./markdown.ts") as typeof import("./markdown.ts")).markdown),
};

function later<Given extends unknown[]>(load: () => (...given: Given) => string) {
  return (...given: Given): string => load()(...given);
}
