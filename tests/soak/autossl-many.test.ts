// AutoSSL for many accounts at once.
import { AcmeProxy } from '../support/acme-proxy.ts';
import { AutosslInstallation } from '../support/autossl.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Pebble } from '../support/pebble.ts';
import { describeWith } from '../support/require-tool.ts';

jest.setTimeout(600_000);

const ACCOUNTS = Number(process.env.WHMAPI1_TEST_ACCOUNTS ?? 8);

describeWith(['pebble', 'pebble-challtestsrv'], 'AutoSSL', () => {
  const pebble = new Pebble();
  const proxy = new AcmeProxy(pebble);
  beforeAll(async () => {
    await pebble.start();
    await proxy.start();
  });
  afterAll(async () => {
    proxy.stop();
    await pebble.stop();
  });

  it(`checks ${ACCOUNTS} accounts, a few of them at the same time, and orders once for each`, async () => {
    const here = new AutosslInstallation(pebble, { WHMAPI1_ACME_DIRECTORY: proxy.directory });
    try {
      const names = Array.from({ length: ACCOUNTS }, (_, at) => `user${at}`);
      await addAccounts(
        here,
        ...names.map((username) => anAccount({ username, domain: `${username}.example` })),
      );
      await here.enable();
      // Orders that are placed, and whose certificates were not fetched yet.
      let [open, most, finalized] = [0, 0, 0];
      proxy.after = async (what, answer) => {
        if (what === 'POST order-plz' && answer.status === 201) most = Math.max(most, ++open);
        // Others are repeated with another nonce.
        if (what === 'POST finalize-order' && answer.status === 200) finalized++;
        if (what === 'POST certZ' && answer.status === 200) open--;
        return answer;
      };
      const begun = performance.now();
      expect(await here.checkAll()).toMatchObject({ state: 'done', reason: '' });
      const seconds = (performance.now() - begun) / 1000;
      for (const name of names) expect(here.installed(`${name}.example`)[0]?.issuer).toContain('Pebble');
      expect(finalized).toBe(ACCOUNTS);
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(6);
      // Each line of an account follows a line that says whose it is.
      const lines = await here.log();
      let current = '';
      for (const line of lines) {
        current = /^out (user\d+)(?:,|:)/.exec(line)?.[1] ?? current;
        const of = /certificate for (user\d+)\.example/.exec(line)?.[1];
        if (of !== undefined) expect(of).toBe(current);
      }
      if (process.env.WHMAPI1_TEST_ACCOUNTS !== undefined)
        console.log(`${ACCOUNTS} accounts: ${seconds.toFixed(1)} s`);
    } finally {
      here.remove();
    }
  });
});
