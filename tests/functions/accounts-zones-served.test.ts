// Accounts with DNS zones that a named serves.
import { Bind } from '../../src/capabilities/dns/driver/zones/bind/bind.ts';
import { holdReloads } from '../capabilities/dns/driver/zones/held-reloads.ts';
import { PrivateNamed } from '../capabilities/dns/driver/zones/private-named.ts';
import { Installation } from '../support/installation.ts';
import { describeWith } from '../support/require-tool.ts';
import { until } from '../support/until.ts';

jest.setTimeout(120_000);

describeWith(['named', 'named-checkzone', 'dig'], 'createacct with a running named', () => {
  let here: Installation;
  let named: PrivateNamed;

  beforeAll(async () => {
    here = new Installation({ checksZones: true });
    named = await PrivateNamed.start({ folder: here.state });
    named.announce();
    const { machine } = here.engine;
    const step = await new Bind().setUp(machine, { keys: [], secondaries: [], catalog: null }, Date.now());
    await step.apply(machine, await step.prepare(machine));
  });
  afterAll(async () => {
    await named.close();
    here.remove();
  });

  const create = (username: string) => here.call('createacct', { username, domain: `${username}.example` });

  it('does not wait for a reload that is running, and needs far fewer reloads than accounts', async () => {
    const { machine, count, letGo } = holdReloads(here.engine.machine);
    here.overrides = { machine };
    // Without a server, the first waits until its reload has run: its process may end then.
    const first = create('a0');
    let ended: string | undefined;
    void first.then(({ metadata }) => (ended = metadata.reason));
    await until(() => count() === 1 || ended !== undefined, 'the first account asked named to reload');
    expect(ended).toBeUndefined();
    const others = Array.from({ length: 11 }, (_, at) => `a${at + 1}`);
    for (const { metadata } of await Promise.all(others.map(create)))
      expect(metadata.reason).toBe('Account Creation Ok');
    const served = () => ['a0', ...others].filter((one) => named.dig(`${one}.example`, 'A') === '192.0.2.1');
    expect(served()).toEqual([]);
    letGo();
    expect((await first).metadata.reason).toBe('Account Creation Ok');
    await until(() => served().length === 12, 'all zones are served');
    // One reload for the first, and at most one for all others.
    expect(count()).toBeLessThanOrEqual(2);
  });
});
