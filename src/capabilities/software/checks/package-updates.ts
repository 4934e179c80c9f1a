// No security update of Debian is waiting, and the package lists are recent enough to know.
import { aptPlaces } from '../driver/updates/apt-places.ts';
import { list, note, ok, problem, warning, type Check, type Finding } from '../../../ground/doctor/check.ts';

const LIMIT_MS = 60_000;
const DAY_MS = 86_400_000;
const OLD_DAYS = 7;
const LISTS = '/var/lib/apt/lists/partial';

const check: Check = {
  title: 'Updates',
  order: 230,
  advisor: 'OutdatedPackages',
  isAdviceOnly: true,

  async run({ machine, now }) {
    const tools = await machine.tools([{ name: 'apt-get', worksInSandbox: true }]);
    if (!(await tools.has('apt-get'))) {
      return [
        { ...note('Not checked, because this server has no apt.'), key: 'OutdatedPackages_not_checked' },
      ];
    }
    const updated = (await (await machine.files(['/var/lib/apt'])).facts(LISTS))?.modifiedAt;
    // A simulation neither locks anything nor needs privileges. The lines “Inst” are meant for programs.
    const words = ['--simulate', '--quiet=2', 'dist-upgrade'];
    const { stdout } = await tools.run('apt-get', [...aptPlaces, ...words], { limitMs: LIMIT_MS });
    const { security, others } = waitingUpdates(stdout);
    const findings: Finding[] = [];
    const days = updated === undefined ? undefined : Math.floor((now() - updated) / DAY_MS);
    if (days === undefined || days > OLD_DAYS) {
      const age = days === undefined ? 'were never updated' : `are ${days} days old`;
      const message = `The package lists ${age}, so there may be more updates than they show.`;
      findings.push({ ...warning(message, 'apt-get update'), key: 'OutdatedPackages_lists_are_old' });
    }
    if (security.length > 0) {
      findings.push({
        ...problem(
          `Security updates are waiting for ${list(security, 10)}.`,
          'apt-get update && apt-get upgrade',
        ),
        key: 'OutdatedPackages_security_updates',
      });
    }
    if (others.length > 0) {
      findings.push({
        ...note(`Other updates are waiting for ${list(others)}.`, 'apt-get update && apt-get upgrade'),
        key: 'OutdatedPackages_other_updates',
      });
    }
    if (findings.length > 0) return findings;
    return [{ ...ok('No update is waiting.'), key: 'OutdatedPackages_none' }];
  },
};

/** @param text `Inst NAME [OLD] (NEW ORIGIN:VERSION/SUITE, … [ARCHITECTURE])` for each package; a new one has no OLD. */
export function waitingUpdates(text: string): { readonly security: string[]; readonly others: string[] } {
  const security: string[] = [];
  const others: string[] = [];
  for (const [, name = '', sources = ''] of text.matchAll(/^Inst (\S+) \[\S+\] \(\S+ (.*?) \[/gm)) {
    // Debian’s suites are `stable-security`, and its label of the origin is Debian-Security.
    (/-security\b/i.test(sources) ? security : others).push(name);
  }
  return { security, others };
}

export default check;
