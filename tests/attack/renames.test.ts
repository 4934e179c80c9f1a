// Accounts that are renamed without a pause, beside accounts that are created and removed, on a booted Debian: Apache reads
// its configuration again and again meanwhile, and must never end. It boots a machine, so it runs only for `npm run attack`.
import { writeFileSync } from 'node:fs';
import { makePackageFolder, removePackageFolder } from '../machine/built-package.ts';
import { whyNotOnMachine } from '../machine/describe-on-machine.ts';
import { bootMachine, type Machine } from '../machine/machine.ts';
import { hostingRoot } from '../machine/prepared-roots.ts';
import { waitUntilServed } from '../machine/served.ts';
import { attackTime } from './attack-time.ts';

const isAsked = process.env.WHMAPI1_ATTACK_MINUTES !== undefined;
const why = isAsked ? whyNotOnMachine() : 'it boots a machine of its own';
const RENAMED = ['anna', 'berta', 'clara'];
const STILL = 'still';

/** Renames an account there and back until the time is over. Each failure is a line. */
const RENAME = `
name=$1 until=$2 count=0
while [ "$(date +%s)" -lt "$until" ]; do
  for words in "user=$name newuser=\${name}x" "user=\${name}x newuser=$name"; do
    whmapi1 -o json modifyacct $words >"/root/$name.out" 2>&1 || { printf '%s: ' "$words"; tr -d '\\n' <"/root/$name.out"; echo; }
    count=$((count + 1))
  done
done
echo "count $count"
`;

/** Creates and removes accounts until the time is over. */
const CREATE = `
name=$1 until=$2 count=0
while [ "$(date +%s)" -lt "$until" ]; do
  count=$((count + 1))
  whmapi1 -o json createacct "username=$name" "domain=$name.example" >"/root/$name.out" 2>&1 || { printf 'create %s: ' "$name"; tr -d '\\n' <"/root/$name.out"; echo; }
  whmapi1 -o json removeacct "username=$name" >"/root/$name.out" 2>&1 || { printf 'remove %s: ' "$name"; tr -d '\\n' <"/root/$name.out"; echo; }
done
echo "count $count"
`;

/** Prints when Apache’s main process is another one than at the beginning, and when a website does not answer. */
const WATCH = `
until=$1 count=0
first=$(systemctl show --property=MainPID --value apache2)
while [ "$(date +%s)" -lt "$until" ]; do
  now=$(systemctl show --property=MainPID --value apache2)
  [ "$now" = "$first" ] || { echo "Apache is the process $now, and was $first"; first=$now; }
  status=$(curl -s -o /dev/null -m 10 -w '%{http_code}' -H 'Host: ${STILL}.example' http://127.0.0.1/)
  case $status in 000) echo "no answer" ;; 200) ;; *) echo "status $status" ;; esac
  count=$((count + 1))
  sleep 0.1
done
echo "count $count"
`;

(why === undefined ? describe : describe.skip)(
  `renames beside creations${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    let machine: Machine;

    beforeAll(async () => {
      makePackageFolder();
      machine = await bootMachine(await hostingRoot());
      for (const username of [...RENAMED, STILL]) {
        machine.sh(`whmapi1 createacct username=${username} domain=${username}.example`);
        waitUntilServed(machine, `${username}.example`);
      }
      for (const [name, script] of Object.entries({ rename: RENAME, create: CREATE, watch: WATCH }))
        writeFileSync(machine.path(`/root/${name}.sh`), script);
    }, 1_800_000);
    afterAll(async () => {
      await machine.stop();
      removePackageFolder();
    });

    it('Apache never ends, no call fails, and every website answers', () => {
      const ms = attackTime(60_000);
      const loops = [
        ...RENAMED.map((name) => `rename.sh ${name}`),
        ...['eva', 'frieda'].map((name) => `create.sh ${name}`),
        'watch.sh',
      ];
      const started = loops.map((words) => {
        const log = words.replaceAll(/[^a-z]+/g, '-');
        return `sh /root/${words} "$until" >/root/${log}.log 2>&1 & `;
      });
      const told = machine.sh(
        `until=$(($(date +%s) + ${Math.ceil(ms / 1000)}))
        ${started.join('\n')}
        wait
        tail -n +1 /root/*.log`,
        { timeoutMs: ms + 600_000 },
      );
      console.log(told);
      const lines = told.split('\n').filter((line) => line !== '' && !line.startsWith('==> '));
      expect(lines.filter((line) => !/^count \d+$/.test(line))).toEqual([]);
      const counts = lines.map((line) => Number(line.split(' ')[1]));
      expect(counts).toHaveLength(loops.length);
      expect(Math.min(...counts)).toBeGreaterThan(0);
      expect(machine.sh('systemctl is-active apache2').trim()).toBe('active');
      for (const username of [...RENAMED, STILL]) waitUntilServed(machine, `${username}.example`);
      const list = (script: string) => machine.sh(script).split('\n').filter(Boolean).sort();
      const stored = `whmapi1 --output=json listaccts | node -p 'JSON.parse(fs.readFileSync(0)).data.acct.map((a) => a.user).join("\\n")'`;
      const found = {
        store: list(stored),
        passwd: list(`getent passwd | awk -F: '$6 ~ "^/home/" { print $1 }'`),
        homes: list('ls /home'),
        hosts: list('basename -s .conf /etc/apache2/whmapi1/accounts/*.conf'),
        pools: list(`basename -s .conf /etc/php/*/fpm/pool.d/whmapi1-*.conf | sed s/^whmapi1-// | sort -u`),
      };
      const all = [...RENAMED, STILL].sort();
      expect(found).toEqual({ store: all, passwd: all, homes: all, hosts: all, pools: all });
    });
  },
);
