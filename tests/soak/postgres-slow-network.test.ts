// The shared database behind a network that delays and loses packets, or that is down for a while. Each call is
// executed once, or fails with a reason and without a change.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, parallel, type Options } from '../support/command.ts';
import { PostgresServer } from '../postgres/postgres-server.ts';
import { SlowNetwork, weathers } from './slow-network.ts';

jest.setTimeout(180_000);

interface Outcome {
  readonly name: string;
  /** 1, or a code of the error catalogue. */
  readonly answer: string;
  readonly reason: string;
}

const { able, missing } = weathers();
for (const why of missing)
  describe.skip(`a network (skipped: ${why})`, () => test('is slow', () => undefined));

for (const weather of able) {
  describe(weather.name, () => {
    let network: SlowNetwork;
    let postgres: PostgresServer;
    let folder: string;

    const server = (name: string): Options => ({
      state: join(folder, name),
      through: network.through,
      env: {
        WHMAPI1_STORE_URL: `${postgres.url('far')}?sslmode=disable`,
        WHMAPI1_SERVER_NAME: name,
      },
    });

    beforeAll(async () => {
      network = await SlowNetwork.start(weather);
      const elsewhere = { pid: network.databasePid, address: SlowNetwork.databaseAddress };
      postgres = await PostgresServer.startElsewhere(elsewhere);
      await postgres.restrict('host all all 10.87.0.0/24 trust');
      await postgres.query('postgres', 'CREATE DATABASE far');
      folder = mkdtempSync(join(tmpdir(), 'whmapi1-far-'));
      const key = crypto.getRandomValues(new Uint8Array(32));
      for (const name of ['web1', 'web2']) {
        mkdirSync(join(folder, name), { mode: 0o700 });
        writeFileSync(join(folder, name, 'secret.key'), key, { mode: 0o600 });
      }
    });
    afterAll(async () => {
      await postgres.stop();
      await network.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    async function add(name: string, at: number): Promise<Outcome> {
      const words = ['addpkg', `name=${name}`, 'quota=77', 'maxpop=7'];
      const { metadata } = await call(words, server(`web${(at % 2) + 1}`));
      return {
        name,
        answer: metadata.result === 1 ? '1' : (metadata.error_code ?? ''),
        reason: metadata.reason,
      };
    }

    /** Through the database’s socket, without that network. */
    async function expectKept(prefix: string, outcomes: readonly Outcome[]): Promise<void> {
      const records = await postgres.query(
        'far',
        `SELECT line FROM audit_record WHERE function = 'addpkg' AND result = 1 AND line LIKE '%${prefix}-%'`,
      );
      // A saved change exists exactly once, complete, with its line in the audit table.
      const lines = records.map(({ line }) => new RegExp(`${prefix}-\\d+`).exec(String(line))?.[0]);
      const packages = await postgres.query(
        'far',
        `SELECT name, disk_limit, max_mailboxes FROM package WHERE name LIKE '${prefix}-%'`,
      );
      const there = packages.map(({ name }) => String(name)).sort();
      expect(new Set(there).size).toBe(there.length);
      expect(lines.sort()).toEqual(there);
      expect(packages.map((one) => [Number(one.disk_limit), Number(one.max_mailboxes)])).toEqual(
        there.map(() => [77, 7]),
      );
      const named = (answer: string) =>
        outcomes.filter((one) => one.answer === answer).map(({ name }) => name);
      expect(named('1').filter((name) => !there.includes(name))).toEqual([]);
      expect(named('store_unavailable').filter((name) => there.includes(name))).toEqual([]);
      for (const { answer, reason } of outcomes) {
        expect(['1', 'store_unavailable', 'unknown_outcome']).toContain(answer);
        if (answer === 'store_unavailable')
          expect(reason).toMatch(/could not be used: .*\. Nothing was changed\.$/);
        if (answer === 'unknown_outcome') expect(reason).toContain('Check before you retry the call.');
      }
    }

    const names = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

    test('changes of two servers are each saved once, or rejected with a reason', async () => {
      const outcomes = await parallel(names('slow', 16), 4, add);
      // The number depends on the lost packets.
      expect(outcomes.filter(({ answer }) => answer === '1')).not.toEqual([]);
      await expectKept('slow', outcomes);
    });

    test('if it is interrupted, a call ends with a reason before a person would give up', async () => {
      network.cut();
      const began = performance.now();
      const outcome = await add('cut-0', 0);
      network.mend();
      expect(outcome.answer).toBe('store_unavailable');
      // TCP alone would try for a quarter of an hour.
      expect(performance.now() - began).toBeLessThan(90_000);
      await expectKept('cut', [outcome]);
    });

    test('if it is interrupted during calls and comes back, nothing is half done, and calls continue', async () => {
      const under = parallel(names('gone', 24), 6, add);
      for (let times = 0; times < 3; times++) {
        await sleep(700 + 500 * times);
        network.cut();
        await sleep(2_500);
        network.mend();
      }
      await expectKept('gone', await under);
      // A call may still lose too many packets.
      let after: Outcome[] = [];
      for (let round = 0; round < 20 && !after.some(({ answer }) => answer === '1'); round++) {
        after = await parallel(names(`after${round}`, 4), 2, add);
        await expectKept(`after${round}`, after);
      }
      expect(after.map(({ answer }) => answer)).toContain('1');
    });
  });
}
