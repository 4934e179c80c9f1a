// Three hostile accounts try to run code as others and to read their files, on a booted Debian, while the website of a fourth
// and root's calls are measured. CI runs the same attempts in tests/machine/web.test.ts, on a machine that is already booted,
// so this suite boots one only for `npm run attack`.
import { buildSync } from 'esbuild';
import { copyFileSync } from 'node:fs';
import { builtPackage, makePackageFolder, removePackageFolder } from '../machine/built-package.ts';
import { machineRoot } from '../machine/debian-root.ts';
import { whyNotOnMachine } from '../machine/describe-on-machine.ts';
import { bootMachine, type Machine } from '../machine/machine.ts';
import { waitUntilServed } from '../machine/served.ts';
import { attackTime } from './attack-time.ts';
import { installWordPress } from './install-wordpress.ts';
import type { Outcome } from './isolation/attack.ts';

const isAsked = process.env.WHMAPI1_ATTACK_MINUTES !== undefined;
const why = isAsked ? whyNotOnMachine() : 'tests/machine/web.test.ts makes the same attempts';
const HOSTILE = ['mallory', 'oscar', 'trudy'];
const VICTIM = 'victor';
const ATTACK = '/root/attack.mjs';
const MEASURE = '/root/measure.mjs';

(why === undefined ? describe : describe.skip)(
  `accounts that attack each other${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let machine: Machine;

    beforeAll(async () => {
      makePackageFolder();
      machine = await bootMachine(machineRoot());
      copyFileSync(await builtPackage(), machine.path('/var/tmp/whmapi1.deb'));
      machine.install('/var/tmp/whmapi1.deb');
      machine.sh('whmapi1 --wait start_profile_activation code=STANDARD', { timeoutMs: 1_200_000 });
      machine.sh('systemctl start whmapi1d');
      for (const username of [...HOSTILE, VICTIM]) {
        machine.sh(`whmapi1 createacct username=${username} domain=${username}.example`);
        waitUntilServed(machine, `${username}.example`);
      }
      installWordPress(machine, VICTIM);
      for (const [name, path] of [
        ['attack', ATTACK],
        ['measure', MEASURE],
      ] as const)
        buildSync({
          entryPoints: [`tests/attack/isolation/${name}.ts`],
          outfile: machine.path(path),
          ...{ bundle: true, platform: 'node', format: 'esm' },
        });
    }, 1_800_000);
    afterAll(async () => {
      await machine.stop();
      removePackageFolder();
    });

    it('reach nothing of others, and neither websites nor root wait for them', () => {
      const ms = attackTime(30_000);
      const attacks = HOSTILE.map(
        (name) => `node ${ATTACK} ${name} ${VICTIM} 8.4 ${ms} >/root/${name}.json & `,
      );
      const measured = machine.sh(
        `${attacks.join('\n')}
      node ${MEASURE} ${VICTIM}.example ${ms}
      wait`,
        { timeoutMs: ms + 600_000 },
      );
      process.stdout.write(`${measured}\n`);
      for (const name of HOSTILE) {
        const outcome = JSON.parse(machine.sh(`cat /root/${name}.json`)) as Outcome;
        process.stdout.write(`${name}: ${outcome.attempts} attempts\n`);
        expect({ name, open: outcome.open, failed: outcome.failed }).toEqual({ name, open: [], failed: [] });
      }
      const { failed, slowestCall } = JSON.parse(measured) as { failed: string[]; slowestCall: number };
      expect(failed).toEqual([]);
      expect(slowestCall).toBeLessThan(1000);
    });
  },
);
