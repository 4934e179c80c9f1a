// The power of a machine is cut while it creates and suspends accounts. What a call has acknowledged is there after the
// next boot, and the store and the system agree about the rest.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describeOnMachine } from '../../machine/describe-on-machine.ts';
import { installedRoot } from '../../machine/prepared-roots.ts';
import { EmulatedMachine, makeEmulated } from './emulated-machine.ts';

const CUTS = 6;
const CALLS_BEFORE_A_CUT = 8;

/**
 * At each boot: the first call undoes or completes what the cut has interrupted. Then it says what there is, and makes
 * calls until the power is cut. A line that begins with “done” comes after the response.
 */
const SCRIPT = `
call() { whmapi1 --output=json "$@" | grep -q '"result":1' || { echo "failed $*"; return 1; }; }
boot=$(cat /root/boots 2>/dev/null || echo 0); boot=$((boot + 1)); echo "$boot" >/root/boots; sync
while ! systemctl -q is-active whmapi1d; do sleep 0.2; done
call createacct "username=first$boot" "domain=first$boot.example"
echo "stored $(whmapi1 --output=json listaccts want=user | grep -o '"user":"[a-z0-9]*"' | cut -d '"' -f 4 | sort | xargs)"
echo "suspended $(whmapi1 --output=json listsuspended | grep -o '"user":"[a-z0-9]*"' | cut -d '"' -f 4 | sort | xargs)"
echo "users $(awk -F : '$3 >= 1000 && $3 < 60000 { print $1 }' /etc/passwd | sort | xargs)"
echo "homes $(ls /home | sort | xargs)"
echo "locked $(awk -F : '$2 ~ /^!/ { print $1 }' /etc/shadow | sort | xargs)"
echo "integrity $(whmapi1 --output=json version | grep -c '"result":1')"
echo compared
for ((at = 1; ; at++)); do
  name=b\${boot}n$at
  call createacct "username=$name" "domain=$name.example" "password=four unusual Words, Xylophone 9" && echo "done created $name"
  if ((at % 4 == 0)); then call suspendacct "user=$name" && echo "done suspended $name"; fi
done`;

describeOnMachine('a machine whose power is cut', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-emulated-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has lost nothing that was acknowledged, and has no half of anything', async () => {
    makeEmulated(folder, await installedRoot(), SCRIPT);
    const [created, suspended]: [string[], string[]] = [[], []];
    for (let boot = 1; boot <= CUTS + 1; boot++) {
      const machine = EmulatedMachine.boot(folder);
      try {
        await machine.waitFor((lines) => lines.includes('compared'));
        const lines = machine.lines();
        const listed = (what: string) =>
          lines
            .find((line) => line.startsWith(`${what} `) || line === what)
            ?.split(' ')
            .slice(1)
            .filter((name) => name !== '') ?? [`The machine did not say what is ${what}.`];
        expect([boot, lines.filter((line) => line.startsWith('failed'))]).toEqual([boot, []]);
        expect([boot, created.filter((name) => !listed('stored').includes(name))]).toEqual([boot, []]);
        expect([boot, suspended.filter((name) => !listed('suspended').includes(name))]).toEqual([boot, []]);
        expect([boot, listed('users')]).toEqual([boot, listed('stored')]);
        expect([boot, listed('homes')]).toEqual([boot, listed('stored')]);
        const locked = listed('locked').filter((name) => listed('stored').includes(name));
        expect([boot, locked.filter((name) => /^b/.test(name))]).toEqual([boot, listed('suspended')]);
        if (boot > CUTS) break;
        const done = () => machine.lines().filter((line) => line.startsWith('done '));
        await machine.waitFor(() => done().length >= CALLS_BEFORE_A_CUT);
        // Within the next call, each time at another place.
        await pause(Math.random() * 2000);
        await machine.cutPower();
        for (const line of done()) {
          const [, what, name = ''] = line.split(' ');
          (what === 'created' ? created : suspended).push(name);
        }
      } finally {
        await machine.cutPower();
      }
    }
    console.log(`${CUTS} cuts: ${created.length} creations and ${suspended.length} suspensions acknowledged`);
    expect(created.length).toBeGreaterThanOrEqual(CUTS * 6);
    expect(suspended.length).toBeGreaterThanOrEqual(CUTS);
  }, 3_600_000);
});
