// The check of one virtual host: whether it needs a certificate, which names that can have, the order, the installation.
import type { Db } from '../../../../core/context.ts';
import { ApiError } from '../../../../core/errors.ts';
import { AcmeError } from '../../../../core/machine-acme.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import { createKey } from '../create.ts';
import { isCovered } from '../domains.ts';
import { chosenType, kindOf } from '../key-types.ts';
import { findDomain } from '../../../domains/rules/hosted-domains.ts';
import type { VirtualHost } from '../../../domains/rules/virtual-hosts.ts';
import * as stored from '../stored.ts';
import { renewalIdOf } from '../x509.ts';
import * as certificates from './certificates.ts';
import type { Notice } from '../../../../ground/rules/autossl/events.ts';
import { waitOf, type Issuer } from './issuer.ts';
import { installedOf, lastChanceAt, missingOf, needOf, type Installed } from './needs.ts';
import type { FoundNotice } from './notices.ts';
import { obtain, type Placement } from './ordering.ts';
import * as orders from './orders.ts';
import type { Order } from './orders.ts';
import * as problems from './problems.ts';
import { MAX_NAMES } from './providers.ts';
import { lookAtNames } from './reach.ts';
import { toSeconds } from './runs.ts';
import type { CheckContext } from './check-context.ts';

/** How often an order is placed again without the names that the issuer could not validate. */
const MAX_ORDERS = 3;
const DAY_MS = 86_400_000;
/** How long before its end a certificate that cannot be renewed is worth a notification: so long, or a sixth of its life. */
const EXPIRES_SOON_MS = 7 * DAY_MS;

export interface HostCheck {
  readonly account: Account;
  readonly host: VirtualHost;
  /** The names that it should have. */
  readonly wanted: readonly string[];
  readonly present: Installed | undefined;
  readonly clobbers: boolean;
  /** True if names that the issuer could not validate recently are tried again now. */
  readonly retriesAll: boolean;
  readonly issuer: Issuer;
  readonly notices: FoundNotice[];
  /** True if names that the present certificate lacks are left to another run. */
  readonly onlyDue: boolean;
  /** True if the log also says why nothing has to be done. */
  readonly isVerbose: boolean;
}

/**
 * @returns false if no name could be validated, so that the virtual host gets no certificate.
 * @throws AcmeError, MachineError, ApiError if it could not be completed: another run goes on from there.
 */
export async function checkHost(context: CheckContext, check: HostCheck): Promise<boolean> {
  const { log, transaction, now } = context;
  const { host, wanted, present, clobbers } = check;
  const { servername } = host;
  const pending = await transaction('reads', (db) => orders.find(db, servername));
  if (pending !== undefined) return continueOrder(context, check, pending);
  const need = needOf(wanted, present, { now: now(), clobbers });
  if (need.kind === 'none') {
    if (need.isTrouble === true) log('warn', 1, `${servername}: ${need.why}`);
    else if (check.isVerbose) log('out', 1, `${servername}: ${need.why}`);
    return true;
  }
  if (check.onlyDue && !need.isDue) return true;
  log('out', 1, `${servername}: ${need.why}`);
  const { names, ...ways } = await chooseNames(context, check);
  const gained = present === undefined ? names : missingOf(names, present);
  if (names.length === 0) {
    log('failure', 2, 'None of its names can be validated, so no certificate is ordered.');
    noteExpiry(context, check, 'expiry');
    return false;
  }
  if (!need.isDue && gained.length === 0) {
    log('warn', 2, 'None of these names can be validated now, so the certificate stays.');
    return true;
  }
  return mustWait(context, check, names) || order(context, check, names, ways);
}

/** Without service subdomains: no message is sent about those that DNS does not have. */
const essential = ({ services }: VirtualHost, names: readonly string[]) =>
  names.filter((name) => !services.includes(name));

/** Leaves out names that cannot be validated, and stores why. */
async function chooseNames(
  context: CheckContext,
  { account, host, wanted, retriesAll, issuer }: HostCheck,
): Promise<{ readonly names: readonly string[] } & Pick<Placement, 'dnsNames' | 'hooked'>> {
  const { log, transaction, now, startTime } = context;
  const services = new Set(host.services);
  const known = new Map(
    (await transaction('reads', (db) => problems.ofUser(db, account.username))).map((one) => [
      one.domain,
      one,
    ]),
  );
  const isEarly = (name: string) => !retriesAll && (known.get(name)?.retryAt ?? 0) > now();
  for (const name of wanted.filter(isEarly)) {
    const { retryAt = 0, problem = '' } = known.get(name) ?? {};
    const day = new Date(retryAt).toISOString().slice(0, 10);
    log('warn', 2, `${name}: the issuer could not validate it. It is tried again on ${day}. ${problem}`);
  }
  const { methods, obstacles, hooked } = await lookAtNames(
    context,
    wanted.filter((name) => !isEarly(name)),
    await issuer.caa(),
  );
  for (const [domain, problem] of obstacles) {
    log(services.has(domain) ? 'out' : 'warn', 2, `${domain}: ${problem}`);
  }
  const wildcards = wanted.filter((name) => name.startsWith('*.') && methods.has(name));
  // Issuers reject an order with a name that another one covers.
  const usable = wanted.filter(
    (name) => methods.has(name) && (wildcards.includes(name) || !isCovered(name, wildcards)),
  );
  for (const name of usable.slice(MAX_NAMES)) {
    log('warn', 2, `${name}: a certificate has at most ${MAX_NAMES} names.`);
  }
  await transaction('changes', async (db) => {
    const username = await presentName(db, account, host);
    for (const [domain, problem] of obstacles) {
      if (services.has(domain)) continue;
      const found = { domain, username, problem, log: startTime };
      await problems.add(db, found, now(), false);
    }
  });
  const names = usable.slice(0, MAX_NAMES);
  return { names, dnsNames: new Set(names.filter((name) => methods.get(name) === 'dns-01')), hooked };
}

/** A renewal with fewer names than now waits until shortly before the end: the names may come back. */
function mustWait(context: CheckContext, check: HostCheck, names: readonly string[]): boolean {
  const { host, present, wanted } = check;
  if (present === undefined || present.isSelfSigned || !present.isOurs) return false;
  const kept = wanted.filter((name) => missingOf([name], present).length === 0);
  const lost = essential(host, missingOf(kept, { names }));
  if (lost.length === 0 || context.now() >= lastChanceAt(present)) return false;
  const until = new Date(lastChanceAt(present)).toISOString().slice(0, 10);
  const text = `${lost.join(', ')} could not be validated. The renewal waits for them until ${until}.`;
  context.log('warn', 2, text);
  note(check, 'renewal_coverage', text);
  noteExpiry(context, check, 'expiry_coverage');
  return true;
}

/** Places the order, again and again without the names that the issuer does not validate. @returns false if none is left. */
async function order(
  context: CheckContext,
  check: HostCheck,
  names: readonly string[],
  ways: Pick<Placement, 'dnsNames' | 'hooked'>,
): Promise<boolean> {
  const { transaction, sealer, now, id, log } = context;
  const { account, host, issuer } = check;
  let left = names;
  for (let count = 1; count <= MAX_ORDERS && left.length > 0; count++) {
    if (count > 1 && mustWait(context, check, left)) return true;
    log('out', 2, `Ordering a certificate for ${left.join(', ')}.`);
    const { username } = account;
    const type = await transaction('reads', (db) => chosenType(db, username));
    const { pem: key } = await createKey(kindOf(type ?? 'ecdsa-prime256v1'));
    const { servername } = host;
    const { directory } = issuer.account;
    const row = { servername, names: [...left].sort(), directory, task: id };
    const isAdded = await transaction('changes', async (db) => {
      const present = { ...row, username: await presentName(db, account, host) };
      return orders.add({ db, sealer }, present, key, now());
    });
    if (!isAdded) {
      log('out', 2, 'Another task has ordered one meanwhile.');
      return true;
    }
    const placed = await transaction('reads', (db) => orders.find(db, servername));
    if (placed === undefined) return true;
    const failed = await complete(context, check, placed, {
      ...ways,
      mayBePlaced: false,
      replaces: await replacedBy(context, check),
    });
    if (failed === undefined) return true;
    left = left.filter((name) => !failed.has(name));
  }
  log('failure', 2, 'No certificate was issued.');
  noteExpiry(context, check, 'expiry');
  return false;
}

async function continueOrder(context: CheckContext, check: HostCheck, pending: Order): Promise<boolean> {
  const { log, transaction, id, now } = context;
  const { servername } = pending;
  if (pending.directory !== check.issuer.account.directory) {
    log('out', 1, `${servername}: an order at another issuer is not continued.`);
    await transaction('changes', (db) => orders.remove(db, pending));
    return checkHost(context, check);
  }
  if (pending.task !== id && (await transaction('reads', (db) => orders.isWorkedOn(db, pending)))) {
    log('out', 1, `${servername}: the task ${pending.task} is ordering a certificate for it.`);
    return true;
  }
  if (pending.issued === undefined && pending.names.some((name) => !check.wanted.includes(name))) {
    log('out', 1, `${servername}: an order for other names is not continued.`);
    await transaction('changes', (db) => orders.remove(db, pending));
    return checkHost(context, check);
  }
  if (pending.issued === undefined && pending.waitUntil > now()) {
    const until = toSeconds(pending.waitUntil);
    throw new ApiError('host_failed', `The issuer has asked to wait with this order until ${until}.`);
  }
  log('out', 1, `${servername}: going on with the order for ${pending.names.join(', ')}.`);
  await transaction('changes', (db) => orders.setTask(db, pending, id));
  const dnsNames = new Set<string>();
  let hooked: ReadonlySet<string> = new Set();
  if (pending.issued === undefined) {
    const { methods, ...found } = await lookAtNames(context, pending.names, await check.issuer.caa());
    hooked = found.hooked;
    for (const [name, method] of methods) if (method === 'dns-01') dnsNames.add(name);
  }
  const failed = await complete(context, check, pending, {
    ...{ dnsNames, hooked, mayBePlaced: true },
    replaces: await replacedBy(context, check),
  });
  return failed === undefined || checkHost(context, check);
}

/** The ID of the present certificate, if the same issuer may have issued it. */
async function replacedBy(
  { transaction }: CheckContext,
  { account, host, present, issuer }: HostCheck,
): Promise<string | undefined> {
  if (present?.isOurs !== true || !['', issuer.account.directory].includes(present.directory ?? '')) {
    return undefined;
  }
  const { pem } = await transaction('reads', async (db) =>
    stored.get(db, await presentName(db, account, host), present.certificateId),
  );
  return renewalIdOf(pem);
}

/** @returns the names that the issuer could not validate, if there is no certificate. */
async function complete(
  context: CheckContext,
  check: HostCheck,
  placed: Order,
  placement: Placement,
): Promise<ReadonlySet<string> | undefined> {
  const { log, transaction, now, startTime } = context;
  if (placed.issued === undefined) {
    const outcome = await obtain(context, check.issuer, placed, placement).catch(async (error: unknown) => {
      // A limit of the issuer for these names. Others need not wait.
      if (error instanceof AcmeError && error.type === 'rateLimited' && error.retryAfterMs !== undefined) {
        const until = now() + waitOf(error.retryAfterMs);
        await transaction('changes', (db) => orders.setWait(db, placed, until));
      }
      throw error;
    });
    if (outcome.kind !== 'issued') {
      const found = outcome.kind === 'gone' ? new Map<string, string>() : outcome.problems;
      if (outcome.kind === 'gone') log('warn', 2, 'The issuer no longer knows the order.');
      for (const [name, problem] of found) log('failure', 2, `${name}: ${problem}`);
      await transaction('changes', async (db) => {
        await orders.remove(db, placed);
        const username = await presentName(db, check.account, check.host);
        for (const [domain, problem] of found) {
          await problems.add(db, { domain, username, problem, log: startTime }, now(), true);
        }
      });
      return new Set(found.keys());
    }
    log('out', 2, 'The issuer has issued the certificate.');
  }
  await install(context, check);
  return undefined;
}

async function install(context: CheckContext, check: HostCheck): Promise<void> {
  const { transaction, sealer, callIfCurrent, now, log } = context;
  const { account, host, wanted, present, clobbers } = check;
  const { servername } = host;
  const issued = await transaction('reads', (db) => orders.find(db, servername));
  if (issued?.issued === undefined) return;
  const { certificate: crt, chain: cab } = issued.issued;
  const words = { domain: servername, crt, key: await orders.openKey(sealer, issued), cab };
  const args = Object.entries(words).map(([name, value]) => ({ name, value }));
  // An order takes minutes, in which somebody may install another certificate.
  const envelope = await callIfCurrent({ command: 'installssl', args }, async (db) => {
    const username = await presentName(db, account, host);
    const found = (await installedOf(db, { username })).get(servername);
    const isSame = found?.fingerprint === present?.fingerprint;
    return isSame || needOf(wanted, found, { now: now(), clobbers }).kind === 'certificate';
  });
  if (envelope === undefined) {
    log(
      'warn',
      2,
      'Somebody else has installed a certificate meanwhile, so that of AutoSSL was not installed.',
    );
    await transaction('changes', (db) => orders.remove(db, issued));
    return;
  }
  const { metadata } = envelope;
  if (metadata.result !== 1) {
    throw new ApiError('host_failed', `The certificate could not be installed: ${metadata.reason}`);
  }
  await transaction('changes', async (db) => {
    const username = await presentName(db, account, host);
    const after = (await installedOf(db, { username })).get(servername);
    if (after !== undefined) {
      const { fingerprint, notBefore, notAfter } = after;
      const deliveryMs = now() - issued.requestedAt;
      const { directory } = issued;
      await certificates.put(db, {
        ...{ servername, username, fingerprint, notBefore, notAfter, deliveryMs, directory },
      });
    }
    await orders.remove(db, issued);
    await problems.remove(db, issued.names);
  });
  log('success', 2, `A certificate for ${issued.names.join(', ')} was installed.`);
  note(check, 'renewal', `a certificate for ${issued.names.join(', ')}`);
  const uncovered = essential(host, missingOf(wanted, issued));
  if (uncovered.length === 0) return;
  note(check, 'renewal_uncovered_domains', `${servername} lacks ${uncovered.join(', ')}`);
  const reduced =
    present === undefined || present.isSelfSigned
      ? []
      : uncovered.filter((name) => missingOf([name], present).length === 0);
  if (reduced.length > 0) {
    note(check, 'renewal_coverage_reduced', `${servername} lost ${reduced.join(', ')}`);
  }
}

/** An order takes minutes, in which the account may be renamed. */
async function presentName(
  db: Db,
  { username }: Account,
  { servername }: Pick<VirtualHost, 'servername'>,
): Promise<string> {
  return (await findDomain(db, servername))?.account.username ?? username;
}

function note({ notices, account: { username }, host }: HostCheck, notice: Notice, text: string): void {
  notices.push({
    notice,
    username,
    text: text.includes(host.servername) ? text : `${host.servername}: ${text}`,
  });
}

function noteExpiry(context: CheckContext, check: HostCheck, notice: 'expiry' | 'expiry_coverage'): void {
  const { present } = check;
  if (present?.isOurs !== true) return;
  const { notBefore, notAfter } = present;
  if (notAfter - context.now() > Math.min(EXPIRES_SOON_MS, (notAfter - notBefore) / 6)) return;
  note(check, notice, `the certificate expires at ${new Date(present.notAfter).toISOString()}.`);
}
