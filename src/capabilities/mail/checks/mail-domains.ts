// Domains whose mail waits, and domains whose mail others may take for forged.
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { isActive } from '../../../ground/rules/tasks/tasks.ts';
import {
  list,
  note,
  ok,
  problem,
  withStore,
  word,
  type Check,
  type Finding,
} from '../../../ground/doctor/check.ts';
import { lookAtZones } from '../../dns/driver/zones/look-zones.ts';
import { zonesToLookFor } from '../../dns/rules/domain-zones.ts';
import { ROLE } from '../driver/account.ts';
import { domainsWithKey } from '../rules/authentication/dkim-keys.ts';
import { listSiteDomains, unsureDomains } from '../rules/routing/detected.ts';

const PUBLISHING = 'publish-authentication';

const check: Check = {
  title: 'Mail domains',
  order: 99,

  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const { machine } = subject;
      const roles = await rolesOf({ db, system: machine.system });
      if (!roles.has(ROLE)) return [ok('Not checked, because this server has no role MailReceive.')];
      const waiting = (await unsureDomains(db)).filter(({ detected }) => detected === 'unknown');
      const findings: Finding[] = [];
      if (waiting.length > 0) {
        findings.push(
          problem(
            `The mail servers of these domains cannot be looked up, so their mail waits: ` +
              `${list(waiting.map(({ domain }) => domain))}. Correct their DNS, or say where the mail is kept.`,
            `uapi --user=${word(waiting[0]?.username ?? '')} Email set_always_accept domain=${word(waiting[0]?.domain ?? '')} mxcheck=local`,
          ),
        );
      }
      const domains = await listSiteDomains(db);
      const keyed = await domainsWithKey(db);
      const isBusy = await isActive(db, PUBLISHING);
      const unsigned = isBusy ? [] : domains.filter((domain) => !keyed.has(domain));
      if (unsigned.length > 0) {
        findings.push(
          note(
            `Mail of these domains is not signed (DKIM): ${list(unsigned)}. Where a zone is on another server, the command ` +
              'says which record to add there.',
            `whmapi1 enable_dkim ${wordsOf(unsigned)}`,
          ),
        );
      }
      if (roles.has('DNS') && !isBusy) {
        const zones = await lookAtZones(machine, domains.flatMap(zonesToLookFor));
        const lacking = domains.filter((domain) => zones.get(domain)?.text.includes('v=spf1') === false);
        if (lacking.length > 0) {
          findings.push(
            note(
              `The zones of these domains do not say which servers send their mail (SPF): ${list(lacking)}.`,
              `whmapi1 install_spf_records ${wordsOf(lacking)} record='v=spf1 +a +mx ~all'`,
            ),
          );
        }
      }
      return findings.length === 0
        ? [ok('It is known where the mail of each domain is kept, and others can verify it.')]
        : findings;
    }),
};

/** For a shell. */
const wordsOf = (domains: readonly string[]) => domains.map((domain) => `domain=${word(domain)}`).join(' ');

export default check;
