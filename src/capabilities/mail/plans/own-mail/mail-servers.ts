// Changes the mail servers of a domain (MX records), and where its mail is kept, for the account that calls.
import type { Context, FreeContext } from '../../../../core/context.ts';
import { badParam, notFound } from '../../../../core/errors.ts';
import { exclusive, type Plan } from '../../../../core/plan.ts';
import { quote } from '../../../../core/quote.ts';
import { rolesOf } from '../../../../ground/rules/roles/active-profile.ts';
import { publicAddresses } from '../../../addresses/rules/nat.ts';
import changeZone from '../../../dns/driver/zones/steps/change.ts';
import { zoneFileOf } from '../../../dns/rules/changed-zone.ts';
import { ttlOf } from '../../../dns/rules/new-zone.ts';
import { nextZone, type FoundZone } from '../../../dns/rules/site-addresses.ts';
import type { ZoneChanges } from '../../../dns/rules/zone-edits.ts';
import { mayUse } from '../../../dns/rules/zone-owners.ts';
import { lookAtMailServers, serversOf, type FoundMailServers } from '../../driver/routing/role.ts';
import { zoneOf } from '../../rules/authentication/text-records.ts';
import { assertOwnDomain, ownMail, type MailOwner } from '../../rules/email-form.ts';
import { changedRouting, withRoutings } from '../../rules/routing/detected.ts';
import { detect, mxRecordsOf, type MxRecord } from '../../rules/routing/mail-servers.ts';
import { listedRow, routingRow } from '../../rules/routing/routing-form.ts';
import { domainIn, readState, routingOf, type MailDomain, type MailState } from '../../rules/state.ts';
import { changeMail } from '../change-mail.ts';

type Planning = Omit<Context, 'plan'>;

/** @param domain undefined: all domains of the account. @param exchanger a mail server that is added. */
export async function lookForMailServers(
  context: FreeContext,
  domain: string | undefined,
  exchanger?: string,
): Promise<FoundMailServers> {
  const { machine, transaction, system } = context;
  const wanted = await transaction('reads', async (db) => {
    const owner = await ownMail({ db, caller: context.caller });
    if (domain !== undefined) assertOwnDomain(owner, 'domain', domain);
    return {
      domains: domain === undefined ? owner.domains : [domain],
      hasZones: (await rolesOf({ db, system })).has('DNS'),
      mapped: [...(await publicAddresses(db)).values()],
    };
  });
  return lookAtMailServers(machine, { ...wanted, exchanger });
}

/** The mail servers of the account’s domains. @param given undefined: of all. */
export async function listMailServers(context: Planning, given: string | undefined, found: FoundMailServers) {
  const owner = await ownMail(context);
  if (given !== undefined) assertOwnDomain(owner, 'domain', given);
  const state = await readState(context.db, owner.account.username);
  return (given === undefined ? owner.domains : [given]).map((domain) => {
    const servers = serversOf(domain, found) ?? [];
    const detected = detect(servers, found.where);
    const row = domainIn(state, domain);
    return listedRow(detected === undefined ? row : { ...row, detected }, servers);
  });
}

interface MxEdit {
  readonly domain: string;
  readonly exchanger: string;
  readonly priority: number;
}

export interface Routed {
  readonly plan: Plan;
  readonly row: ReturnType<typeof resultRow>;
}

/** @throws ApiError `bad_param`, `not_found`. */
export async function addMailServer(
  context: Planning,
  { domain, exchanger, priority, isLocal }: MxEdit & { readonly isLocal: boolean },
  found: FoundMailServers,
): Promise<Routed> {
  const ttl = await ttlOf(context.db, 'TTL');
  const edit = (present: readonly MxRecord[]): ZoneChanges => {
    assertNew(present, { domain, exchanger, priority });
    return { add: [{ owner: `${domain}.`, ttl, type: 'MX', items: [String(priority), `${exchanger}.`] }] };
  };
  return changeRecords(context, domain, { edit, isLocal, done: 'Added MX' }, found);
}

/** @throws ApiError `bad_param`, `not_found`. */
export async function changeMailServer(
  context: Planning,
  given: MxEdit & {
    readonly isLocal: boolean;
    readonly oldexchanger: string;
    readonly oldpriority: number | undefined;
  },
  found: FoundMailServers,
): Promise<Routed> {
  const { domain, exchanger, priority, isLocal, oldexchanger, oldpriority } = given;
  const edit = (present: readonly MxRecord[]): ZoneChanges => {
    const { record } = getRecord(present, domain, oldexchanger, oldpriority);
    const others = present.filter((one) => one.record !== record);
    assertNew(others, { domain, exchanger, priority });
    const items = [String(priority), `${exchanger}.`];
    return { edit: [{ line: record.line, record: { ...record, items } }] };
  };
  return changeRecords(context, domain, { edit, isLocal, done: 'Changed MX' }, found);
}

/** @throws ApiError `not_found`. */
export async function removeMailServer(
  context: Planning,
  { domain, exchanger, priority }: MxEdit,
  found: FoundMailServers,
): Promise<Routed> {
  const edit = (present: readonly MxRecord[]): ZoneChanges => ({
    remove: [getRecord(present, domain, exchanger, priority).record.line],
  });
  return changeRecords(context, domain, { edit, isLocal: false, done: 'Deleted MX' }, found);
}

/** Sets where the mail of a domain is kept. @throws ApiError `bad_param`. */
export async function setRouting(
  context: Planning,
  { domain, routing }: { readonly domain: string; readonly routing: MailDomain['routing'] },
  found: FoundMailServers,
): Promise<Routed> {
  const owner = await ownMail(context);
  assertOwnDomain(owner, 'domain', domain);
  return route(
    context,
    owner,
    { domain, routing, servers: serversOf(domain, found), done: 'Set MX check' },
    found,
  );
}

/**
 * What `auto` means for domains of the account, whose MX records may have changed.
 * @returns undefined if it means the same as before.
 */
export async function detectAgain(
  context: Planning,
  looked: readonly (readonly [domain: string, found: FoundMailServers])[],
): Promise<Plan | undefined> {
  const { account } = await ownMail(context);
  const state = await readState(context.db, account.username);
  const changed = looked.flatMap(([domain, found]) => {
    const servers = serversOf(domain, found);
    return changedRouting(domainIn(state, domain), servers && detect(servers, found.where));
  });
  if (changed.length === 0) return undefined;
  const next = (present: MailState): MailState => withRoutings(present, changed);
  return changeMail(context, account, { next });
}

function getRecord(
  present: readonly MxRecord[],
  domain: string,
  exchanger: string,
  priority: number | undefined,
): MxRecord {
  const record = present.find(
    (one) => isSame(one.exchange, exchanger) && (priority === undefined || one.preference === priority),
  );
  if (record !== undefined) return record;
  const with_ = priority === undefined ? '' : ` with the priority ${priority}`;
  throw notFound(
    `The domain “${domain}” has no MX record for ${quote(exchanger)}${with_}. Run Email::list_mxs to list its mail servers.`,
  );
}

function assertNew(present: readonly MxRecord[], { domain, exchanger, priority }: MxEdit): void {
  if (!present.some((one) => isSame(one.exchange, exchanger) && one.preference === priority)) return;
  throw badParam(`The domain “${domain}” already has this MX record: ${priority} ${exchanger}.`);
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

interface RecordsChange {
  readonly edit: (present: readonly MxRecord[]) => ZoneChanges;
  readonly isLocal: boolean;
  readonly done: string;
}

async function changeRecords(
  context: Planning,
  domain: string,
  { edit, isLocal, done }: RecordsChange,
  found: FoundMailServers,
): Promise<Routed> {
  const owner = await ownMail(context);
  assertOwnDomain(owner, 'domain', domain);
  const zone = zoneOf(domain, found);
  if (zone === undefined) {
    throw badParam(
      `The DNS zone of “${domain}” is not on this server. Change its MX records where the zone is, and then run ` +
        'Email::set_always_accept.',
    );
  }
  if (!(await mayUse(context.db, context.caller, zone.name))) {
    throw badParam(`You do not have access to the DNS zone “${zone.name}”.`);
  }
  const next = nextZone(zone, (file) => edit(mxRecordsOf(file, domain)), new Date(context.now()));
  const changed: FoundZone = next === undefined ? zone : { ...zone, text: next.after.text };
  const servers = mxRecordsOf(zoneFileOf(changed), domain);
  const routing = isLocal ? ('local' as const) : undefined;
  const routed = await route(context, owner, { domain, routing, servers, done }, found);
  if (next === undefined) return routed;
  const { plan } = routed;
  const locks = [exclusive(`zone ${zone.name}`), ...plan.locks];
  return { ...routed, plan: { ...plan, locks, steps: [changeZone.plan(next), ...plan.steps] } };
}

interface RouteChange {
  readonly domain: string;
  /** Undefined: as before. */
  readonly routing: MailDomain['routing'] | undefined;
  readonly servers: Parameters<typeof detect>[0] | undefined;
  readonly done: string;
}

/** Stores where the mail of a domain is kept, and has Exim know it. */
async function route(
  context: Planning,
  owner: MailOwner,
  { domain, routing, servers, done }: RouteChange,
  { where }: FoundMailServers,
): Promise<Routed> {
  const state = await readState(context.db, owner.account.username);
  const before = domainIn(state, domain);
  const detected = servers && detect(servers, where);
  const warnings =
    detected === undefined
      ? [`The mail servers of “${domain}” could not be looked up. What “auto” means for it has not changed.`]
      : [];
  const after: MailDomain = {
    ...before,
    routing: routing ?? before.routing,
    detected: detected ?? before.detected,
    isUnsure: detected === undefined,
  };
  const next = (present: MailState): MailState => ({
    ...present,
    domains: [...present.domains.filter((one) => one.domain !== domain), after],
  });
  const plan = await changeMail(context, owner.account, { next });
  return { plan, row: resultRow(before, after, { done, warnings, detected }) };
}

function resultRow(
  before: MailDomain,
  after: MailDomain,
  {
    done,
    warnings,
    detected,
  }: { readonly done: string; readonly warnings: string[]; readonly detected: string | undefined },
) {
  const flag = (is: boolean) => (is ? 1 : 0);
  const routing = routingRow(after);
  const checkmx = {
    ...routing,
    isprimary: flag(detected === 'local'),
    issecondary: flag(detected === 'secondary'),
    changed: flag(routingOf(before) !== routingOf(after)),
    warnings,
  };
  return { ...routing, checkmx, status: 1 as const, statusmsg: done, results: done };
}
