// Accounts with DNS zones that a named serves.
import { Bind } from '../../src/drivers/zones/bind/bind.ts';
import { holdReloads } from '../drivers/zones/held-reloads.ts';
import { PrivateNamed } from '../drivers/zones/private-named.ts';
import { Installation } from '../support/installation.ts';
import { describeWith } from '../support/require-tool.ts';
import { until } from '../support/until.ts';

jest.setTimeout(120_000);

describeWith(['named', 'named-checkzone', 'dig'], 'createacct with a running named', () => {
  let here: Installation;
  let named: PrivateNamed;

  beforeAll(async () => {
    here = new Installation();
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

  it('needs far fewer reloads than accounts if many are created at once, and returns when the zone is served', async () => {
    const { machine, count, waitFor, letGo } = holdReloads(here.engine.machine);
    here.overrides = { machine };
    const served = async (username: string) => {
      const { metadata } = await create(username);
      return [metadata.reason, named.dig(`${username}.example`, 'A')];
    };
    const first = served('a0');
    await until(() => count() === 1);
    const others = Array.from({ length: 11 }, (_, at) => served(`a${at + 1}`));
    await waitFor(1 + others.length);
    letGo();
    for (const one of await Promise.all([first, ...others])) {
      expect(one).toEqual(['Account Creation Ok', '192.0.2.1']);
    }
    // One reload for the first, and one for all others.
    expect(count()).toBe(2);
  });
});
