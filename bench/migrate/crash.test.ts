import { expect, test } from "bun:test";
import { debianBinaries, startCluster } from "../../deploy/embedded/cluster.ts";
import { crash } from "./crash.ts";

// PostgreSQL 18 as embedded, and the version before it that Debian installs, where it is there.
const servers = [{ name: "the embedded PostgreSQL", from: null as string | null, seed: 13, kills: 14 }];
const debian = debianBinaries();
if (debian !== null) servers.push({ name: "Debian's PostgreSQL", from: debian, seed: 7, kills: 6 });

for (const { name, from, seed, kills } of servers) {
  test(`kills of runners and of ${name} leave each migration done or not done, as the history says`, async () => {
    await using server = await startCluster(from);
    const all = await crash(server, { seed, kills });
    expect(
      all.flatMap(({ number, victim, runners, faults }) =>
        faults.map((fault) => `${number} ${victim}, ${runners} at work: ${fault}`),
      ),
    ).toEqual([]);
    expect(all).toHaveLength(kills);
  }, 240_000);
}
