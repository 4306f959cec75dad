/**
 * What code knows of itself that runs from a bundle (scripts/bundle/) and not from its sources: its own
 * files lie elsewhere, and are not looked at.
 */
declare const FREEHOLD_BUNDLED: Bundled | undefined;

export interface Bundled {
  /** The fingerprint of the sources: see cache/fingerprint.ts. */
  print: string;
  /** Absolute path of the second thread's module. */
  worker: string;
}

/** Null where the sources run. The bundler puts a value in the name's place. */
export const bundled: Bundled | null = typeof FREEHOLD_BUNDLED === "undefined" ? null : FREEHOLD_BUNDLED;
