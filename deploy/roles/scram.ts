/**
 * Passwords as PostgreSQL stores them, so that a statement that sets one holds no password: the server's log, its
 * pg_stat_statements and a plan on a screen show the verifier at most.
 *
 * Format: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>` (PostgreSQL manual, "pg_authid"; RFC 5803), keys by
 * RFC 5802, section 3; 4096 iterations and 16 bytes of salt as src/include/common/scram-common.h has them.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

const iterations = 4096;
const saltBytes = 16;
const keyBytes = 32;

/** The verifier of a password. @param salt random unless given */
export function scramVerifier(
  password: string,
  salt: Buffer = randomBytes(saltBytes),
  rounds = iterations,
): string {
  const salted = pbkdf2Sync(prepared(password), salt, rounds, keyBytes, "sha256");
  const key = (name: string) => createHmac("sha256", salted).update(name).digest();
  const stored = createHash("sha256").update(key("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${rounds}:${salt.toString("base64")}$${stored}:${key("Server Key").toString("base64")}`;
}

/** Whether a stored verifier is that of the password. An MD5 one never is: it is to be replaced. */
export function isPassword(verifier: string, password: string): boolean {
  const [, rounds, salt] = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$/.exec(verifier) ?? [];
  if (rounds === undefined || salt === undefined) return false;
  const same = Buffer.from(scramVerifier(password, Buffer.from(salt, "base64"), Number(rounds)));
  const stored = Buffer.from(verifier);
  return same.length === stored.length && timingSafeEqual(same, stored);
}

/**
 * SASLprep (RFC 4013) as far as it changes a password that people use: spaces of other kinds become spaces, and the text is
 * normalised to NFKC. PostgreSQL falls back to the bytes as they are where the profile forbids a character; so does this. The `postgres` package prepares nothing: a password that
 * the profile changes (a full-width letter, say) logs in with libpq's clients only.
 */
function prepared(password: string): string {
  const normal = password.replaceAll(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, " ").normalize("NFKC");
  return /\p{Cc}/u.test(normal) ? password : normal;
}
