/** English words as mappers inflect them. The package compiles its many patterns as it is loaded: only where a word asks for it. */

/** Loads the package when it is first called for. */
const words = () => require("inflection") as typeof import("inflection");

export const pluralize = (word: string): string => words().pluralize(word);
export const singularize = (word: string): string => words().singularize(word);
export const underscore = (word: string): string => words().underscore(word);
