// Mail policies (MTA-STS) that senders cannot use, or by which they do not deliver.
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import {
  list,
  ok,
  problem,
  warning,
  withStore,
  word,
  type Check,
  type Finding,
} from '../../../ground/doctor/check.ts';
import { hasCertificate } from '../../certificates/rules/for-name.ts';
import { lookAtZones } from '../../dns/driver/zones/look-zones.ts';
import { listHere, policyNameOf, type MailPolicy } from '../../domains/rules/mail-policies.ts';
import { publishedPolicy } from '../rules/authentication/published-policy.ts';

const check: Check = {
  title: 'Mail policies',
  order: 99,

  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const { machine, now } = subject;
      const roles = await rolesOf({ db, system: machine.system });
      if (!roles.has('DNS')) return [ok('Not checked, because this server has no role DNS.')];
      const policies = await listHere(db);
      if (policies.length === 0) return [ok('No domain has a mail policy (MTA-STS).')];
      const zones = await lookAtZones(
        machine,
        policies.map(({ domain }) => domain),
      );
      const findings: Finding[] = [];
      const unread: MailPolicy[] = [];
      for (const policy of policies) {
        const zone = zones.get(policy.domain);
        const finding =
          zone === undefined ? withoutZone(policy) : ofZone(policy, publishedPolicy(policy, zone));
        if (finding !== undefined) findings.push(finding);
        const name = policyNameOf(policy.domain);
        if (policy.mode === 'enforce' && !(await hasCertificate(db, name, now()))) unread.push(policy);
      }
      if (unread.length > 0) {
        findings.push(
          warning(
            `Senders cannot read these mail policies, because no certificate of an authority secures their names: ` +
              `${list(unread.map(({ domain }) => policyNameOf(domain)))}. AutoSSL adds them; its log says why it did not.`,
            `whmapi1 --wait start_autossl_check_for_one_user username=${word(unread[0]?.username ?? '')}`,
          ),
        );
      }
      return findings.length === 0
        ? [ok('Senders can find and follow the mail policies of all domains.')]
        : findings;
    }),
};

const withoutZone = ({ domain }: MailPolicy): Finding =>
  warning(
    `“${domain}” has a mail policy, but its DNS zone is not on this server any more, so nobody keeps its records up to date. Add the ` +
      'zone again with adddns, or remove the policy with remove_mta_sts_policy.',
  );

function ofZone(
  { domain, mode }: MailPolicy,
  { unnamed, isAnnounced }: ReturnType<typeof publishedPolicy>,
): Finding | undefined {
  if (unnamed.length > 0) {
    return problem(
      `The mail policy of “${domain}” (${mode}) does not name these mail servers: ${list(unnamed)}. ` +
        (mode === 'enforce' ? 'Senders do not deliver to them.' : 'Senders report them as failures.') +
        ' If they are this server, the policy names them within five minutes. Otherwise withdraw it.',
      `whmapi1 set_mta_sts_policy domain=${word(domain)} mode=none`,
    );
  }
  return isAnnounced
    ? undefined
    : problem(
        `Senders do not find the mail policy of “${domain}” or cannot report, because the TXT record of _mta-sts.${domain} or _smtp._tls.${domain} is not that of the policy.`,
        `whmapi1 set_mta_sts_policy domain=${word(domain)} mode=${mode}`,
      );
}

export default check;
