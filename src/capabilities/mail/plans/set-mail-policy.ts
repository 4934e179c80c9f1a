// Sets or removes the mail policy of a domain (MTA-STS): the file that senders read, its name in DNS and the records by which
// they find it. All of it is undone if a part fails.
import type { Context, Db, FreeContext } from '../../../core/context.ts';
import { ApiError, badParam, notFound } from '../../../core/errors.ts';
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import { quote } from '../../../core/quote.ts';
import { domainName } from '../../../ground/rules/accounts/names.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { parseIp } from '../../addresses/rules/ip.ts';
import { publicAddresses } from '../../addresses/rules/nat.ts';
import { filesOf, usesFile } from '../../certificates/driver/service-certificates/daemon-files.ts';
import { checkSoon } from '../../certificates/rules/autossl/schedule.ts';
import { isCovered } from '../../certificates/rules/domains.ts';
import { hasCertificate } from '../../certificates/rules/for-name.ts';
import { readServiceCertificate } from '../../certificates/rules/service-certificate.ts';
import changeZone from '../../dns/driver/zones/steps/change.ts';
import { ofFile, zoneFileOf } from '../../dns/rules/changed-zone.ts';
import { addressesOf } from '../../dns/rules/domain-zones.ts';
import { ttlOf } from '../../dns/rules/new-zone.ts';
import { addressesAt, addServices, removeServices } from '../../dns/rules/service-records.ts';
import type { FoundZone } from '../../dns/rules/site-addresses.ts';
import { mayUse } from '../../dns/rules/zone-owners.ts';
import { getDomain, taken } from '../../domains/rules/hosted-domains.ts';
import * as policies from '../../domains/rules/mail-policies.ts';
import type { MailPolicy } from '../../domains/rules/mail-policies.ts';
import { webSteps } from '../../web/driver/virtual-hosts/account.ts';
import { certificateFile } from '../driver/exim/places.ts';
import { lookAtMailServers, type FoundMailServers } from '../driver/routing/role.ts';
import { policyRecord, reportRecord } from '../rules/authentication/mta-sts.ts';
import { DEFAULT_AGE } from '../rules/authentication/policy-form.ts';
import { changeTexts, zoneOf } from '../rules/authentication/text-records.ts';
import { addressesIn, isHere, mxRecordsOf } from '../rules/routing/mail-servers.ts';

type Planning = Omit<Context, 'plan'>;

interface SetMailPolicy {
  readonly domain: string;
  readonly username: string;
  /** Null: it is removed. */
  readonly after: MailPolicy | null;
}

const change = defineChange<SetMailPolicy>({
  kind: 'set-mail-policy',
  async store(db, { domain, username, after }, { now }) {
    await policies.forget(db, domain);
    if (after === null) return;
    await policies.save(db, after);
    // The new name needs a certificate.
    await checkSoon(db, username, now());
  },
});
export default change;

export interface FoundForPolicy extends FoundMailServers {
  /** The certificate with which Exim answers at the names of the server. Undefined: there is none that can be read. */
  readonly ofServer: { readonly names: readonly string[]; readonly isSelfSigned: boolean } | undefined;
}

/** @throws ApiError `not_found` if the caller does not see the domain. */
export async function lookForPolicy(context: FreeContext, domain: string): Promise<FoundForPolicy> {
  const { machine, transaction, system } = context;
  const wanted = await transaction('reads', async (db) => {
    await getDomain(db, context.caller, domain);
    return {
      domains: [domain],
      hasZones: (await rolesOf({ db, system })).has('DNS'),
      mapped: [...(await publicAddresses(db)).values()],
    };
  });
  return { ...(await lookAtMailServers(machine, wanted)), ofServer: await lookAtServer(context) };
}

async function lookAtServer({ machine }: FreeContext): Promise<FoundForPolicy['ofServer']> {
  if (!(await usesFile(machine, certificateFile))) return undefined;
  const pem = await (await filesOf(machine, certificateFile)).readText(certificateFile.path);
  if (pem === undefined) return undefined;
  try {
    const { facts } = readServiceCertificate({ service: certificateFile.service, pem, key: '' }).certificate;
    return { names: facts.domains, isSelfSigned: facts.isSelfSigned };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return undefined;
  }
}

export interface WantedPolicy {
  readonly domain: string;
  readonly mode: policies.Mode;
  /** Undefined: as before. */
  readonly maxAge: number | undefined;
  /** Undefined: as before. Empty: none. */
  readonly reportAddress: string | undefined;
}

/** @throws ApiError `not_found`; `bad_param` if senders could not use the policy, or mail would be lost by it. */
export async function setPolicy(
  context: Planning,
  wanted: WantedPolicy,
  found: FoundForPolicy,
): Promise<{ readonly plan: Plan; readonly policy: MailPolicy }> {
  const { db, caller, now } = context;
  const { domain, mode } = wanted;
  const { account, type } = await getDomain(db, caller, domain);
  if (type === 'sub') {
    throw badParam(
      `“${domain}” is a subdomain. Only a main, parked or addon domain can have a mail policy, because its records are in its ` +
        'own DNS zone.',
    );
  }
  const zone = await openZone(context, domain, found);
  const addresses = await addressesOf(context, account);
  await assertNameFree(db, domain, zone, addresses);
  const before = await policies.find(db, domain);
  const next = {
    mode,
    maxAge: wanted.maxAge ?? before?.maxAge ?? DEFAULT_AGE,
    mx: mode === 'none' ? [] : mailServersOf(zone, domain, found),
  };
  const isSame = before !== undefined && policies.textOf(before) === policies.textOf(next);
  const policy: MailPolicy = {
    ...{ domain, username: account.username, ...next },
    id: isSame ? before.id : newId(before, now()),
    reportAddress: wanted.reportAddress ?? before?.reportAddress ?? '',
    earlierUntil:
      before === undefined || isSame ? (before?.earlierUntil ?? 0) : policies.keptUntil(before, now()),
  };
  const records = [
    policyRecord(domain, policy.id),
    ...reportRecord(domain, before ?? {}, policy.reportAddress),
  ];
  const services = { names: [policies.policyNameOf(domain)], ttl: await ttlOf(db, 'TTL') };
  const texts = await changeTexts(context, records, found, (file) =>
    addServices(file, { ...services, ...addresses }),
  );
  for (const { status, msg } of texts.outcomes.values()) if (status === 0) throw badParam(msg);
  await warnOfCertificates(context, policy, found);
  const all = new Map([...(await policies.ofUser(db, account.username)), [domain, policy] as const]);
  const steps = await webSteps({ db, roles: await rolesOf(context) }, account, { mailPolicies: all });
  return {
    policy,
    plan: change.plan(
      { domain, username: account.username, after: policy },
      {
        locks: [exclusive(`account ${account.username}`), exclusive(`zone ${zone.name}`)],
        // A sender that finds the new ID must not read the former policy (RFC 8461, section 8.1).
        steps: [...steps, ...texts.zones.map((one) => changeZone.plan(one))],
      },
    ),
  };
}

/** @throws ApiError `not_found` if the domain has no policy. */
export async function removePolicy(context: Planning, domain: string, found: FoundForPolicy): Promise<Plan> {
  const { db, caller, now, warn } = context;
  const { account } = await getDomain(db, caller, domain);
  const { username } = account;
  const before = await policies.find(db, domain);
  if (before === undefined) {
    throw notFound(
      `The domain “${domain}” has no mail policy. Run list_mta_sts_policies to list the policies.`,
    );
  }
  const until = policies.keptUntil(before, now());
  if (until > now()) {
    warn(
      `Senders may follow the former policy of “${domain}” until ${new Date(until).toISOString().slice(0, 10)}. Until then, do not ` +
        'move its mail to other servers. To have them forget it, set the policy again with mode=none, and remove it after that day.',
    );
  }
  const records = [policyRecord(domain, undefined), ...reportRecord(domain, before, '')];
  const services = { names: [policies.policyNameOf(domain)], ttl: 0 };
  const addresses = await addressesOf(context, account);
  const texts = await changeTexts(context, records, found, (file) =>
    removeServices(file, { ...services, ...addresses }),
  );
  for (const { status, msg } of texts.outcomes.values()) if (status === 0) warn(msg);
  const others = [...(await policies.ofUser(db, username))].filter(([one]) => one !== domain);
  const steps = await webSteps({ db, roles: await rolesOf(context) }, account, {
    mailPolicies: new Map(others),
  });
  return change.plan(
    { domain, username, after: null },
    {
      locks: [exclusive(`account ${username}`), ...texts.zones.map(({ name }) => exclusive(`zone ${name}`))],
      steps: [...texts.zones.map((one) => changeZone.plan(one)), ...steps],
    },
  );
}

/** Another one than before, also within a millisecond. It has only digits (RFC 8461, section 3.1). */
const newId = (before: MailPolicy | undefined, now: number) =>
  String(Math.max(now, Number(before?.id ?? 0) + 1));

/** @throws ApiError `bad_param` unless the domain has its own zone here, which the caller may change. */
async function openZone({ db, caller }: Planning, domain: string, found: FoundForPolicy): Promise<FoundZone> {
  const zone = zoneOf(domain, found);
  if (zone?.name !== domain) {
    throw badParam(
      `The DNS zone of “${domain}” is not on this server, so the records of its mail policy cannot follow the policy. Move the ` +
        'zone here with adddns and the domain’s nameservers at its registrar, or publish the policy where the zone is (RFC 8461).',
    );
  }
  if (!(await mayUse(db, caller, domain)))
    throw badParam(`You do not have access to the DNS zone “${domain}”.`);
  return zone;
}

/** @throws ApiError `bad_param` if the name of the policy belongs to somebody, or leads elsewhere. */
async function assertNameFree(
  db: Db,
  domain: string,
  zone: FoundZone,
  own: Awaited<ReturnType<typeof addressesOf>>,
): Promise<void> {
  const name = policies.policyNameOf(domain);
  if (name.length > domainName.maxLength) throw badParam(`The name “${name}” would be too long for DNS.`);
  if ((await taken(db, [name])).size > 0) {
    throw badParam(
      `“${name}” is a domain of an account, so the policy cannot be served there. Remove it with delete_domain first. Its files stay.`,
    );
  }
  const file = ofFile(zone.name, () => zoneFileOf(zone));
  if (addressesAt(file, name).length === 0) return;
  const present = addressesIn(file, name);
  if (present?.every((one) => isSameIp(one, own.ipv4) || isSameIp(one, own.ipv6)) === true) return;
  throw badParam(
    `The records of “${name}” in the DNS zone lead to another server, which would have to serve the policy. Remove its A, AAAA and ` +
      'CNAME records first.',
  );
}

const isSameIp = (one: string, other: string | undefined) =>
  other !== undefined && parseIp(one)?.value === parseIp(other)?.value;

/**
 * The names of the domain’s mail servers.
 * @throws ApiError `bad_param` unless all of them are this server: senders would not deliver to the others.
 */
function mailServersOf(zone: FoundZone, domain: string, { where }: FoundForPolicy): string[] {
  const servers = mxRecordsOf(
    ofFile(zone.name, () => zoneFileOf(zone)),
    domain,
  );
  if (servers.length === 0) {
    throw badParam(
      `“${domain}” has no MX record, and a policy names those. Add one (Email::add_mx, savemxs).`,
    );
  }
  for (const server of servers) {
    const name = server.exchange;
    const here = isHere(server, where);
    if (here === undefined) {
      throw badParam(
        `The mail server ${quote(name)} of “${domain}” could not be looked up. Try again later.`,
      );
    }
    if (!here || !domainName.pattern.matches.test(name)) {
      throw badParam(
        `The mail server ${quote(name)} of “${domain}” is not this server, which cannot know whether senders can verify it. Change the ` +
          'MX records first (Email::change_mx, savemxs), or use mode=none.',
      );
    }
  }
  return [...new Set(servers.map(({ exchange }) => exchange.toLowerCase()))];
}

/** Without certificates that senders can verify, nobody can read the policy, or deliver by it. */
async function warnOfCertificates(
  { db, now, warn, system }: Planning,
  { domain, mode, mx }: MailPolicy,
  { ofServer }: FoundForPolicy,
): Promise<void> {
  if (mode !== 'enforce') return;
  const name = policies.policyNameOf(domain);
  if (!(await hasCertificate(db, name, now()))) {
    warn(
      `Senders cannot read the policy before “${name}” has a certificate of an authority. AutoSSL requests one (start_autossl_check_for_one_user), if it is enabled.`,
    );
  }
  const isServers = (one: string) =>
    ofServer !== undefined && !ofServer.isSelfSigned && isCovered(one, ofServer.names);
  const unsecured: string[] = [];
  for (const one of mx) if (!isServers(one) && !(await hasCertificate(db, one, now()))) unsecured.push(one);
  if (unsecured.length === 0) return;
  const hostname = system.hostname().toLowerCase();
  warn(
    `Mail servers have no certificate of an authority: ${unsecured.map(quote).join(', ')}. As soon as senders have read the policy, they ` +
      'do not deliver there. Use mode=testing until ' +
      (unsecured.includes(hostname)
        ? 'install_service_ssl_certificate service=exim has installed one.'
        : 'AutoSSL has installed them.'),
  );
}
