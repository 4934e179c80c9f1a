// Changes the domains of an account besides its main domain: virtual hosts with their document roots, PHP pools and
// certificates, and the DNS zones.
import { defineChange, exclusive, type Plan, type PlannedStep } from '../core/plan.ts';
import removeCertificate from '../drivers/certificates/steps/remove.ts';
import writeCertificate from '../drivers/certificates/steps/write.ts';
import makeDocumentRoot from '../drivers/document-roots/steps/make.ts';
import type { FoundForDomains } from '../drivers/hosted-domains/look.ts';
import type { PartWork } from '../drivers/account-part.ts';
import { partWorld, type PartContext } from '../drivers/part-world.ts';
import { retiringSteps, stepsFor } from '../drivers/php-pools/account.ts';
import { webSteps } from '../drivers/virtual-hosts/account.ts';
import changeZone from '../drivers/zones/steps/change.ts';
import removeKeys from '../drivers/zones/steps/remove-keys.ts';
import { checkSoon } from '../model/autossl/schedule.ts';
import * as installedCertificates from '../model/certificates/installed.ts';
import { certificateOfNewHost } from '../model/certificates/new-certificate.ts';
import { zoneChanges } from '../model/dns/domain-zones.ts';
import * as zoneOwners from '../model/dns/zone-owners.ts';
import type { ChangedDomains } from '../model/domains/changes.ts';
import * as hostedDomains from '../model/domains/hosted-domains.ts';
import type { HostedDomain } from '../model/domains/hosted-domains.ts';
import { virtualHostsOf } from '../model/domains/virtual-hosts.ts';
import { poolsIn, union } from '../model/php/pools.ts';
import { readState } from '../model/php/served-by.ts';
import * as php from '../model/php/settings.ts';
import type { WebCertificate } from '../model/web/account-web.ts';

/** What is stored once the change is made. */
export interface ChangeDomains {
  readonly username: string;
  readonly added: readonly HostedDomain[];
  /** With another document root. */
  readonly changed: readonly HostedDomain[];
  readonly removed: readonly HostedDomain[];
  /** The PHP version that becomes the server’s default if there is none yet. */
  readonly newestPhp?: string | undefined;
}

const change = defineChange<ChangeDomains>({
  kind: 'change-domains',
  async store(db, { username, added, changed, removed, newestPhp }, { results, now }) {
    for (const { domain, servedBy } of removed) {
      await hostedDomains.remove(db, domain);
      await zoneOwners.forget(db, domain);
      if (servedBy !== null) continue;
      await php.removeHost(db, domain);
      await installedCertificates.uninstall(db, domain);
    }
    for (const one of changed) await hostedDomains.update(db, one);
    for (const one of added) {
      await hostedDomains.assertFree(db, one.domain);
      await hostedDomains.insert(db, one);
      // A zone of the domain now belongs to the account by its domain.
      await zoneOwners.forget(db, one.domain);
      if (one.servedBy === null) await php.createHost(db, username, one.domain);
    }
    await php.setFirstDefault(db, newestPhp);
    await installedCertificates.installWritten(db, results, now());
    if (added.length > 0) await checkSoon(db, username, now());
  },
});
export default change;

/**
 * @throws ApiError `bad_param` if a zone is in the way; LookAgain if the call has not read a zone that it needs.
 */
export async function changeDomains(
  context: PartContext,
  domains: ChangedDomains,
  found: FoundForDomains,
): Promise<Plan> {
  const { input, ...work } = await workOf(context, domains, found);
  return change.plan(input, work);
}

/** @param kept a zone that stays, because another account gets it. */
export async function workOf(
  context: PartContext,
  domains: ChangedDomains,
  { zones, newestPhp }: FoundForDomains,
  kept?: string,
): Promise<PartWork & { readonly input: ChangeDomains }> {
  const { account, before, after } = domains;
  const world = await partWorld(context, { found: { php: { newest: newestPhp } } });
  const { username } = account;
  const added = notIn(after, before);
  const removed = notIn(before, after);
  const changed = after.filter((one) =>
    before.some((was) => was.domain === one.domain && was.documentRoot !== one.documentRoot),
  );
  const input = { username, added, changed, removed, newestPhp };
  const all = world.roles.has('DNS') ? await zoneChanges(context, domains, zones) : [];
  const ofZones = all.filter(({ name }) => name !== kept);
  return {
    input,
    locks: [
      exclusive(`account ${username}`),
      ...[...added, ...removed].map(({ domain }) => exclusive(`domain ${domain}`)),
      ...removed.map(({ domain }) => exclusive(`certificate ${domain}`)),
      ...ofZones.map(({ name }) => exclusive(`zone ${name}`)),
    ],
    steps: [
      ...(world.roles.has('WebServer') ? await stepsOfWeb(world, domains, input) : []),
      ...ofZones.map((zone) => changeZone.plan(zone)),
      ...ofZones.filter(({ after: next }) => next === null).map(({ name }) => removeKeys.plan({ name })),
    ],
  };
}

/** What the web server needs comes first, and what it no longer uses is removed last. */
async function stepsOfWeb(
  world: Awaited<ReturnType<typeof partWorld>>,
  { account, before, after }: ChangedDomains,
  { added, changed, removed, newestPhp }: Omit<ChangeDomains, 'username'>,
): Promise<PlannedStep[]> {
  const { db } = world;
  const { username, home } = account;
  const roots = [...added, ...changed].flatMap(({ documentRoot: folder }) =>
    folder === null ? [] : [makeDocumentRoot.plan({ username, home, folder })],
  );
  const hosts = await virtualHostsOf(db, account, after);
  const certificates = new Map<string, WebCertificate>();
  const written: PlannedStep[] = [];
  for (const { servername, aliases } of hosts) {
    if (!added.some(({ domain }) => domain === servername)) continue;
    const made = await certificateOfNewHost(world, { username, servername, aliases });
    certificates.set(servername, { path: made.path, id: made.digest });
    written.push(writeCertificate.plan(made));
  }
  const former: PlannedStep[] = [];
  for (const { domain } of removed) {
    const file = await installedCertificates.fileOf(db, domain);
    if (file !== undefined) former.push(removeCertificate.plan(file));
  }
  const state = await readState(db, username, newestPhp);
  const had = poolsIn(state, account, await virtualHostsOf(db, account, before));
  const has = poolsIn(state, account, hosts);
  const isSame = JSON.stringify([...had]) === JSON.stringify([...has]);
  return [
    ...roots,
    ...written,
    ...(isSame ? [] : stepsFor(account, union(had, has))),
    ...(await webSteps(world, account, { hosted: after, certificates, newestPhp })),
    ...(isSame ? [] : retiringSteps(account, had, has)),
    ...former,
  ];
}

function notIn(list: readonly HostedDomain[], other: readonly HostedDomain[]): HostedDomain[] {
  return list.filter(({ domain }) => !other.some((one) => one.domain === domain));
}
