// Whether the attempts of tests/machine/web.test.ts would find something: they do with the files of an earlier version,
// and no longer once the upgraded server has written these again.
import { buildSync } from 'esbuild';
import type { Outcome } from '../../attack/isolation/attack.ts';
import { describeOnMachine } from '../../machine/describe-on-machine.ts';
import { bootMachine, type Machine } from '../../machine/machine.ts';
import { hostingRoot } from '../../machine/prepared-roots.ts';
import { waitUntilServed } from '../../machine/served.ts';
import { until } from '../../machine/until.ts';

describeOnMachine('websites in the form of an earlier version', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    for (const username of ['mallory', 'victor']) {
      machine.sh(`whmapi1 createacct username=${username} domain=${username}.example`);
      waitUntilServed(machine, `${username}.example`);
    }
  });
  afterAll(() => machine.stop());

  /** Bundles a program of the attack suites. @returns its path in the machine. */
  const scriptInside = (name: string) => {
    const path = `/root/${name}.cjs`;
    const entryPoints = [`tests/attack/isolation/${name}.ts`];
    buildSync({ entryPoints, outfile: machine.path(path), bundle: true, platform: 'node', format: 'cjs' });
    return path;
  };
  const attack = () => JSON.parse(machine.sh(`node ${scriptInside('attack')} mallory victor 8.4`)) as Outcome;

  it('are open to each other until the upgraded server has written their files again', async () => {
    machine.sh(`systemctl stop whmapi1d; node ${scriptInside('earlier-form')} 8.4`);
    expect(attack().open.length).toBeGreaterThan(300);
    machine.sh('systemctl start whmapi1d');
    await until(() =>
      /renew-role-files.*done|done.*renew-role-files/.test(machine.run('whmapi1', ['--tasks']).stdout),
    );
    const { open, failed } = attack();
    expect({ open, failed }).toEqual({ open: [], failed: [] });
  });
});
