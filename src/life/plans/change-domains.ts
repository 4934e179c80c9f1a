// Changes the domains of an account besides its main domain: virtual hosts with their document roots, PHP pools and
// certificates, and the DNS zones.
import type { Context, FreeContext } from '../../core/context.ts';
import { badParam } from '../../core/errors.ts';
import { storeParts } from '../stored.ts';
import { lookForDomains, type FoundForDomains } from '../driver/hosted-domains/look-hosted-domains.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { zoneChanges, zonesToLookFor } from '../../capabilities/dns/rules/domain-zones.ts';
import type { ChangedDomains } from '../../capabilities/domains/rules/changed-domains.ts';
import { withAddon, withAlias, withDocumentRoot, without, withSubdomain } from '../rules/domains/changes.ts';
import {
  assertRoot,
  folderOf,
  fullName,
  isSame,
  ownDomain,
} from '../../capabilities/domains/rules/own-params.ts';
import { listOf, type HostedDomain } from '../../capabilities/domains/rules/hosted-domains.ts';
import { defineChange, exclusive, type Plan, type PlannedStep } from '../../core/plan.ts';
import removeCertificate from '../../capabilities/certificates/driver/steps/remove.ts';
import writeCertificate from '../../capabilities/certificates/driver/steps/write.ts';
import makeDocumentRoot from '../../capabilities/files/driver/document-roots/steps/make.ts';
import type { PartFacts, PartWork } from '../../capabilities/accounts/driver/account-part.ts';
import { domainsChanged, partDependencies, type PartContext } from '../driver/account-parts.ts';
import { stepsForHosts } from '../../capabilities/php/driver/php-pools/account.ts';
import { webSteps } from '../../capabilities/web/driver/virtual-hosts/account.ts';
import changeZone from '../../capabilities/dns/driver/zones/steps/change.ts';
import removeKeys from '../../capabilities/dns/driver/zones/steps/remove-keys.ts';
import * as installedCertificates from '../../capabilities/certificates/rules/installed.ts';
import { certificateOfNewHost } from '../../capabilities/certificates/rules/new-certificate.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import { otherNamesOf, virtualHostsOf } from '../../capabilities/domains/rules/virtual-hosts.ts';

/** What is stored once the change is made. */
export interface ChangeDomains extends PartFacts {
  readonly username: string;
  readonly added: readonly HostedDomain[];
  /** With another document root. */
  readonly changed: readonly HostedDomain[];
  readonly removed: readonly HostedDomain[];
}

const change = defineChange<ChangeDomains>({
  kind: 'change-domains',
  async store(db, { username, added, changed, removed, ...facts }, { results, sealer, now }) {
    const outcome = { results, sealer, now: now() };
    for (const domain of removed) await storeParts('domainRemoved', db, { username, domain }, outcome);
    for (const one of changed) await hostedDomains.update(db, one);
    for (const domain of added) await storeParts('domainAdded', db, { username, domain }, outcome);
    await storeParts('domainsChanged', db, { ...facts, username, added }, outcome);
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
  const { input, ofParts, locks, steps } = await workOf(context, domains, found);
  return change.plan(input, { locks, steps: [...steps, ...ofParts.steps] });
}

/**
 * @param kept a domain that another account gets, with its zone and its mail.
 * @returns `ofParts`: the steps of the other parts of the account. Its locks are among the others.
 */
export async function workOf(
  context: PartContext,
  domains: ChangedDomains,
  { zones, parts }: FoundForDomains,
  kept?: string,
): Promise<PartWork & { readonly input: ChangeDomains; readonly ofParts: PartWork }> {
  const { account, before, after } = domains;
  const dependencies = await partDependencies(context, {
    found: parts,
    ...(kept !== undefined && { wishes: { movedDomain: kept } }),
  });
  const { username } = account;
  const added = notIn(after, before);
  const removed = notIn(before, after);
  const changed = after.filter((one) =>
    before.some((was) => was.domain === one.domain && was.documentRoot !== one.documentRoot),
  );
  const all = dependencies.roles.has('DNS') ? await zoneChanges(context, domains, zones) : [];
  const ofZones = all.filter(({ name }) => name !== kept);
  // First, because it adds the new certificates to the dependencies.
  const ofWeb = dependencies.roles.has('WebServer')
    ? await stepsOfWeb(dependencies, domains, { added, changed, removed })
    : [];
  const ofParts = await domainsChanged(dependencies, domains);
  return {
    input: { username, added, changed, removed, ...ofParts.facts },
    locks: [
      exclusive(`account ${username}`),
      ...[...added, ...removed].map(({ domain }) => exclusive(`domain ${domain}`)),
      ...removed.map(({ domain }) => exclusive(`certificate ${domain}`)),
      ...ofZones.map(({ name }) => exclusive(`zone ${name}`)),
      ...ofParts.locks,
    ],
    steps: [
      ...ofWeb,
      ...ofZones.map((zone) => changeZone.plan(zone)),
      ...ofZones.filter(({ after: next }) => next === null).map(({ name }) => removeKeys.plan({ name })),
    ],
    ofParts,
  };
}

/** What the web server needs comes first, and what it no longer uses is removed last. */
async function stepsOfWeb(
  dependencies: Awaited<ReturnType<typeof partDependencies>>,
  { account, before, after }: ChangedDomains,
  { added, changed, removed }: Pick<ChangeDomains, 'added' | 'changed' | 'removed'>,
): Promise<PlannedStep[]> {
  const { db, certificates } = dependencies;
  const { username, home } = account;
  const roots = [...added, ...changed].flatMap(({ documentRoot: folder }) =>
    folder === null ? [] : [makeDocumentRoot.plan({ username, home, folder })],
  );
  const hosts = await virtualHostsOf(db, account, after);
  const written: PlannedStep[] = [];
  for (const host of hosts) {
    const { servername } = host;
    if (!added.some(({ domain }) => domain === servername)) continue;
    const made = await certificateOfNewHost(dependencies, {
      username,
      servername,
      otherNames: otherNamesOf(host),
    });
    certificates.set(servername, made);
    written.push(writeCertificate.plan(made));
  }
  const former: PlannedStep[] = [];
  for (const { domain } of removed) {
    const file = await installedCertificates.fileOf(db, domain);
    if (file !== undefined) former.push(removeCertificate.plan(file));
  }
  const changedHosts = { before: await virtualHostsOf(db, account, before), after: hosts };
  const pools = await stepsForHosts(dependencies, account, changedHosts);
  return [
    ...roots,
    ...written,
    ...pools.first,
    ...(await webSteps(dependencies, account, {
      ...{ hosted: after, certificates, movedDomain: dependencies.wishes.movedDomain },
    })),
    ...pools.last,
    ...former,
  ];
}

function notIn(list: readonly HostedDomain[], other: readonly HostedDomain[]): HostedDomain[] {
  return list.filter(({ domain }) => !other.some((one) => one.domain === domain));
}

// What an account requests itself, by UAPI or API 2.

type OwnContext = Omit<Context, 'plan'>;

/** What `look` reads: also the zones of all domains of the account, to which a subdomain may belong. */
export async function lookForOwn(
  context: FreeContext,
  /** Returns the names of the new domains. */
  namesOf: (mainDomain: string) => readonly string[] = () => [],
  foreign?: string,
): Promise<FoundForDomains> {
  const own = await context.transaction('reads', async (db) => {
    const { username, domain } = await accounts.getOwn(db, context.caller);
    return [domain, ...(await listOf(db, username)).map((one) => one.domain), ...namesOf(domain)];
  });
  const names = new Set(own.flatMap(zonesToLookFor));
  return lookForDomains(context, { zones: [...names], foreign });
}

interface NewSubdomain {
  readonly domain: string;
  readonly rootdomain: string;
  readonly dir: string | undefined;
  readonly disallowdot: boolean;
}

/** For `lookForOwn`. @throws ApiError `bad_param`. */
export const nameOfNew = ({ domain, rootdomain, disallowdot }: Omit<NewSubdomain, 'dir'>) =>
  fullName(domain, rootdomain, disallowdot);

export async function addOwnSubdomain(
  context: OwnContext,
  given: NewSubdomain,
  found: FoundForDomains,
): Promise<{ plan: Plan; domain: string }> {
  const account = await accounts.getOwn(context.db, context.caller);
  await assertRoot(context.db, account, 'rootdomain', given.rootdomain);
  const domain = nameOfNew(given);
  const root = { param: 'dir', given: folderOf(given.dir, domain) };
  const domains = await withSubdomain(context, account, { domain, root });
  return { plan: await changeDomains(context, domains, found), domain };
}

interface NewAddon {
  readonly newdomain: string;
  readonly subdomain: string;
  readonly dir: string | undefined;
  readonly disallowdot: boolean;
}

/** For `lookForOwn`. */
export const namesOfAddon = (
  { newdomain, subdomain, disallowdot }: Omit<NewAddon, 'dir'>,
  mainDomain: string,
): string[] => [newdomain, fullName(subdomain, mainDomain, disallowdot)];

export async function addOwnAddon(
  context: OwnContext,
  given: NewAddon,
  found: FoundForDomains,
): Promise<Plan> {
  const account = await accounts.getOwn(context.db, context.caller);
  const { newdomain: domain } = given;
  const subdomain = fullName(given.subdomain, account.domain, given.disallowdot);
  const root = { param: 'dir', given: folderOf(given.dir, domain) };
  const domains = await withAddon(context, account, { domain, subdomain, root }, found.authority);
  return changeDomains(context, domains, found);
}

/** @param topdomain the virtual host that serves the domain. Default: the main domain. */
export async function parkOwn(
  context: OwnContext,
  { domain, topdomain }: { readonly domain: string; readonly topdomain: string | undefined },
  found: FoundForDomains,
): Promise<Plan> {
  const account = await accounts.getOwn(context.db, context.caller);
  const host = { param: 'topdomain', given: topdomain ?? account.domain };
  return changeDomains(context, await withAlias(context, account, { domain, host }, found.authority), found);
}

interface Removal {
  readonly domain: string;
  /** Undefined: a parked or an addon domain. */
  readonly type: HostedDomain['type'] | undefined;
  /** The subdomain that must serve it. */
  readonly subdomain?: string | undefined;
}

export async function removeOwn(
  context: OwnContext,
  { domain: given, type, subdomain }: Removal,
  found: FoundForDomains,
): Promise<Plan> {
  const { db } = context;
  const account = await accounts.getOwn(db, context.caller);
  const { domain, servedBy } = await ownDomain(db, account, { param: 'domain', given, type });
  if (subdomain !== undefined && !(servedBy !== null && isServing(servedBy, subdomain, account.domain))) {
    throw badParam(
      `The domain “${domain}” is served by “${servedBy ?? domain}”, not by the given subdomain “${subdomain}”.`,
    );
  }
  return changeDomains(context, await without(context, account, domain), found);
}

function isServing(servedBy: string, given: string, main: string): boolean {
  return isSame(servedBy, given) || servedBy === `${given}.${main}`;
}

export async function changeOwnDocumentRoot(
  context: OwnContext,
  { domain: given, root }: { domain: string; root: { readonly param: string; readonly given: string } },
  found: FoundForDomains,
): Promise<{ plan: Plan; documentRoot: string }> {
  const { db } = context;
  const account = await accounts.getOwn(db, context.caller);
  const { domain } = await ownDomain(db, account, { param: 'domain', given, type: undefined });
  const wanted = { ...root, given: folderOf(root.given, domain) };
  const domains = await withDocumentRoot(context, account, { domain, root: wanted });
  const host = domains.after.find((one) => one.domain === domain);
  const servername = host?.servedBy ?? domain;
  const folder = domains.after.find((one) => one.domain === servername)?.documentRoot ?? '';
  return { plan: await changeDomains(context, domains, found), documentRoot: `${account.home}/${folder}` };
}
