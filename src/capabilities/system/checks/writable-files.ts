// No file of the system can be changed by every user, and passwords cannot be read.
import { list, ok, problem, word, type Check, type Finding } from '../../../ground/doctor/check.ts';

/** Only small trees: the check takes less than a second. */
const PLACES = ['/etc', '/boot', '/usr/local/bin', '/usr/local/sbin', '/var/spool/cron'];
const SECRETS = ['/etc/shadow', '/etc/gshadow'];
const LIMIT_MS = 20_000;
const SHOWN = 10;

const check: Check = {
  title: 'Permissions',
  order: 220,
  advisor: 'Permissions',
  isAdviceOnly: true,

  async run({ machine }) {
    const tools = await machine.tools([{ name: 'find', worksInSandbox: true }]);
    const places = PLACES.map((path) => ({ path }));
    // In a directory with the sticky bit, users cannot replace the files of others.
    const tests = [
      '-xdev',
      '(',
      '-type',
      'f',
      '-o',
      '-type',
      'd',
      '!',
      '-perm',
      '-1000',
      ')',
      '-perm',
      '-0002',
    ];
    // It exits with 1 if one of the places does not exist.
    const { stdout } = await tools.run('find', [...places, ...tests, '-print0'], {
      accept: [0, 1],
      limitMs: LIMIT_MS,
    });
    const writable = stdout.split('\0').filter((path) => path !== '');
    const findings: Finding[] = [];
    if (writable.length > 0) {
      findings.push({
        ...problem(
          `Every user can change ${list(writable, SHOWN)}.`,
          `chmod o-w ${writable.slice(0, SHOWN).map(word).join(' ')}`,
        ),
        key: 'Permissions_world_writable',
      });
    }
    const files = await machine.files(['/etc']);
    for (const path of SECRETS) {
      const facts = await files.facts(path);
      if (facts === undefined || (facts.mode & 0o007) === 0) continue;
      findings.push({
        ...problem(`Every user can read the password hashes in “${path}”.`, `chmod o= ${path}`),
        key: `Permissions_${path.slice('/etc/'.length)}`,
      });
    }
    if (findings.length > 0) return findings;
    return [
      { ...ok('No user can change files of the system or read password hashes.'), key: 'Permissions_ok' },
    ];
  },
};

export default check;
