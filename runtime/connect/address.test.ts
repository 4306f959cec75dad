import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { inputs } from "../../fixtures/property.ts";
import { type Address, AddressError, describeAddress, parseAddress } from "./address.ts";

const plain: Address = {
  hosts: [{ host: "db", port: 5432 }],
  database: "app",
  user: "svc",
  password: "secret",
  tls: "prefer",
  tlsRootFile: null,
  connectTimeoutMs: null,
  target: null,
  settings: {},
};

describe("an address", () => {
  const cases: [string, Partial<Address>][] = [
    ["postgres://svc:secret@db/app", {}],
    ["  postgresql://svc:secret@db:5433/app\n", { hosts: [{ host: "db", port: 5433 }] }],
    ["postgres://svc@db/app", { password: null }],
    ["postgres://db/app", { user: null, password: null }],
    ["postgres://svc:p%40ss%2Fword%3A@db/app", { password: "p@ss/word:" }],
    ["postgres://svc:secret@[::1]:6000/app", { hosts: [{ host: "::1", port: 6000 }] }],
    [
      "postgres://svc:secret@one:1,two/app?target_session_attrs=read-write",
      {
        hosts: [
          { host: "one", port: 1 },
          { host: "two", port: 5432 },
        ],
        target: "read-write",
      },
    ],
    ["postgres://svc:secret@%2Frun%2Fpg/app", { hosts: [{ host: "/run/pg", port: 5432 }] }],
    ["postgres://svc:secret@/app?host=/run/pg&port=6000", { hosts: [{ host: "/run/pg", port: 6000 }] }],
    [
      "postgres:///app?host=/run/pg",
      { hosts: [{ host: "/run/pg", port: 5432 }], user: null, password: null },
    ],
    ["postgres://db?dbname=app&user=svc&password=secret", {}],
    [
      "postgres://svc:secret@db/app?sslmode=verify-ca&sslrootcert=/ca.pem",
      { tls: "verify-ca", tlsRootFile: "/ca.pem" },
    ],
    ["postgres://svc:secret@db/app?sslrootcert=system", { tls: "verify-full" }],
    ["postgres://svc:secret@db/app?ssl=true", { tls: "require" }],
    ["postgres://svc:secret@db/app?connect_timeout=3", { connectTimeoutMs: 3000 }],
    ["postgres://svc:secret@db/app?search_path=a,b&application_name=x", { settings: { search_path: "a,b" } }],
  ];
  for (const [url, expected] of cases) {
    test(`is read from ${url.trim()}`, () => {
      expect(parseAddress(url)).toEqual({ ...plain, ...expected });
    });
  }

  const wrong: [string, string][] = [
    ["mysql://svc:secret@db/app", "must start with postgres:// or postgresql://"],
    ["svc:secret@db/app", "must start with postgres:// or postgresql://"],
    [
      "postgres://svc:sec@ret@db/app",
      "is not a well-formed URL (write special characters in the password percent-encoded, such as %40 for @)",
    ],
    [
      "postgres://svc:sec#ret@db/app",
      "is not a well-formed URL (write special characters in the password percent-encoded, such as %40 for @)",
    ],
    ["postgres://svc:sec%ret@db/app", "has a password that is not well percent-encoded (write % as %25)"],
    ["postgres://svc:secret@db", "names no database (…@host:port/DATABASE)"],
    ["postgres://svc:secret@db/", "names no database (…@host:port/DATABASE)"],
    ["postgres:///app", "names no host"],
    ["postgres://svc:secret@::1/app", "has a host that cannot be read (an IPv6 address stands in brackets)"],
    ["postgres://svc:secret@db:http/app", "has a port that is not a number from 1 to 65535"],
    ["postgres://svc:secret@db:65536/app", "has a port that is not a number from 1 to 65535"],
    ["postgres://svc:secret@db/app?schema=x", 'has the parameter "schema", which is not known; take it out'],
    ["postgres://svc:1?se-cret@db/app", "has a parameter, which is not known; take it out"],
    [
      "postgres://svc:secret@db/app?sslmode=yes",
      "has an sslmode that is none of disable, allow, prefer, require, verify-ca, verify-full",
    ],
    [
      "postgres://svc:secret@db/app?target_session_attrs=x",
      "has a target_session_attrs that is none of any, read-write, read-only, primary, standby, prefer-standby",
    ],
    [
      "postgres://svc:secret@db/app?connect_timeout=soon",
      "has a connect_timeout that is no whole number of seconds",
    ],
  ];
  for (const [url, message] of wrong) {
    test(`is refused in ${url}`, () => {
      expect(() => parseAddress(url)).toThrow(new AddressError(message));
    });
  }

  test("takes any user, password and database that are percent-encoded", () => {
    const word = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(word, word, word, (user, password, database) => {
        const [u, p, d] = [user, password, database].map(encodeURIComponent);
        expect(parseAddress(`postgres://${u}:${p}@db/${d}`)).toEqual({ ...plain, user, password, database });
      }),
      inputs(1, 100),
    );
  });

  test("is either read or refused, and no refusal repeats the password", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (tail) => {
        try {
          parseAddress(`postgres://svc:hunter2@${tail}`);
        } catch (error) {
          expect(error).toBeInstanceOf(AddressError);
          expect((error as AddressError).message).not.toContain("hunter2");
        }
      }),
      inputs(2, 100),
    );
  });

  test("is described without its password", () => {
    expect(describeAddress(parseAddress("postgres://svc:secret@one:1,two/app"))).toBe(
      "svc@one:1,two:5432/app",
    );
    expect(describeAddress(parseAddress("postgres:///app?host=/run/pg"))).toBe("/run/pg/app");
  });
});
