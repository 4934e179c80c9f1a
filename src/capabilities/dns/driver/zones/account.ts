// The DNS zones of an account: the zone of its main domain, and those that were added for it.
import { seesAll } from '../../../../core/access.ts';
import { badParam } from '../../../../core/errors.ts';
import { LookAgain } from '../../../../core/machine-error.ts';
import { exclusive, type Lock, type PlannedStep } from '../../../../core/plan.ts';
import * as accounts from '../../../accounts/rules/accounts.ts';
import { ACCOUNT_TEMPLATES, accountZone } from '../../rules/account-zone.ts';
import { ofFile, serialOf, zoneFileOf } from '../../rules/changed-zone.ts';
import { assertMayAdd } from '../../rules/new-zone-owner.ts';
import { findPublicAddress } from '../../../addresses/rules/nat.ts';
import { moveIpv4, nextZone } from '../../rules/site-addresses.ts';
import { MAX_NAMESERVERS, type Nameserver } from '../../../domains/rules/nameservers.ts';
import type { ZoneText } from '../../rules/new-zone.ts';
import { textOf } from '../../rules/octets.ts';
import { rebuiltZone, zoneOfBackup, zonesOf } from '../../rules/rebuilt-zone.ts';
import * as copies from '../../../../ground/rules/machine-copies.ts';
import type { Copy } from '../../../../ground/rules/machine-copies.ts';
import { linesThatMention, renameZone } from '../../rules/renamed-zone.ts';
import { serialFrom } from '../../rules/serial.ts';
import * as owners from '../../rules/zone-owners.ts';
import { listOf } from '../../../domains/rules/hosted-domains.ts';
import { renamesOf } from '../../../domains/rules/renamed-domains.ts';
import {
  partParams,
  type AccountPart,
  type Missing,
  type PartWork,
  type PartWishes,
  type PartDependencies,
} from '../../../accounts/driver/account-part.ts';
import type { FoundZone, Zone } from './contract.ts';
import type { CustomTemplates } from './custom-templates.ts';
import {
  lookAtRegistered,
  lookAtTemplates,
  lookAtZone,
  lookAtZones,
  type FoundForAccount,
} from './look-zones.ts';
import { zones } from './zones.ts';
import change from './steps/change.ts';
import remove from './steps/remove.ts';
import removeKeys from './steps/remove-keys.ts';

declare module '../../../accounts/driver/account-part.ts' {
  interface PartWishes {
    /** Replace an existing DNS zone. */
    readonly forcedns?: boolean;
    /** Use the nameservers that the domain has at its registrar. */
    readonly useregns?: boolean;
    /** Take over the existing DNS zone of the domain from the account with this address. */
    readonly takesZoneFrom?: string;
    /** Keep the DNS zones. */
    readonly keepdns?: boolean;
  }
  interface PartFacts {
    /** The zones that were created again. */
    readonly zones?: readonly string[];
  }
  interface FoundByParts {
    readonly zones?: FoundForAccount;
    /** What authenticates the mail of a new account’s domain. */
    readonly zoneTexts?: readonly ZoneText[];
  }
  interface FoundToRebuild {
    /** The names of the machine's zones, and the custom templates. */
    readonly zones?: { readonly present: ReadonlySet<string>; readonly templates: CustomTemplates };
  }
}

declare module '../../../../ground/rules/machine-copies.ts' {
  interface Contents {
    readonly zone: { readonly text: string; readonly dnssecPolicy: string | null };
  }
}

const ROLE = 'DNS';
const ZONES = 'zones';
const NOTHING: PartWork = { steps: [], locks: [] };

export const part: AccountPart = {
  params: {
    created: partParams(
      {
        forcedns: {
          type: 'flag',
          default: 0,
          doc: '1: replace an existing DNS zone of the domain. The zone of another account is never replaced.',
        },
        useregns: {
          type: 'flag',
          default: 0,
          doc: '1: use the nameservers that are currently delegated for the domain in its DNS zone.',
        },
        hasuseregns: { type: 'flag', doc: '0: ignore useregns.' },
      },
      ({ forcedns, useregns, hasuseregns }) => ({
        forcedns,
        useregns: useregns && hasuseregns !== false,
      }),
    ),
  },

  async look({ machine, transaction }, roles, { domain, username, wishes }) {
    if (!roles.has(ROLE)) return {};
    const present =
      username === undefined
        ? undefined
        : await transaction('reads', async (db) => {
            const account = await accounts.find(db, username);
            if (account === undefined) return undefined;
            const renames = renamesOf(account, { domain }, await listOf(db, username));
            return { domain: account.domain, looked: [...renames].flat() };
          });
    const former = present && { ...present, zones: await lookAtZones(machine, present.looked) };
    const registered = wishes?.useregns === true ? await lookAtRegistered(machine, domain) : undefined;
    return {
      zones: {
        domain,
        zone: await lookAtZone(machine, domain),
        templates: await lookAtTemplates(machine, ACCOUNT_TEMPLATES),
        ...(former && { former }),
        ...(registered && { registered }),
      },
    };
  },

  async created(context, { account }) {
    if (!context.roles.has(ROLE)) return withoutRole(context, ['forcedns', 'useregns']);
    const { domain: name } = account;
    const found = foundFor(context, name);
    const former = context.wishes.takesZoneFrom;
    if (former !== undefined && found.zone !== undefined) {
      const moves = new Map([
        [await findPublicAddress(context.db, former), await findPublicAddress(context.db, account.ip)],
      ]);
      const next = nextZone(found.zone, (zone) => moveIpv4(zone, moves), new Date(context.now()));
      return { steps: next === undefined ? [] : [change.plan(next)], locks: [lockOf(name)] };
    }
    await assertReplaceable(context, account, found);
    const today = new Date(context.now());
    const serial = serialFrom(found.zone && serialOf(zoneFileOf(found.zone)), today);
    const nameservers = registeredIn(context, found);
    const { templates } = found;
    const texts = context.found.zoneTexts;
    const made = await accountZone(context, { name, account, serial, nameservers, templates, texts });
    const after = {
      ...{ name, ...made, dnssecPolicy: found.zone?.dnssecPolicy ?? null },
      ...(made.template === undefined && { verifiedSerial: serial }),
    };
    const isNew = found.zone === undefined && former === undefined && { isNew: true as const };
    return {
      steps: [change.plan({ name, before: found.zone?.digest ?? null, after, ...isNew })],
      locks: [lockOf(name)],
    };
  },

  async changed(context, before, after) {
    if (before.domain === after.domain || !context.roles.has(ROLE)) return NOTHING;
    const { former } = foundFor(context, after.domain);
    if (former?.domain !== before.domain) throw changedMeanwhile(before.domain);
    const renames = renamesOf(before, after, await listOf(context.db, before.username));
    const steps: PlannedStep[] = [];
    const locks: Lock[] = [];
    for (const [from, to] of renames) {
      if (![from, to].every((name) => former.looked.includes(name))) throw changedMeanwhile(from);
      await assertFree(context, to, former.zones.get(to));
      const zone = former.zones.get(from);
      if (zone !== undefined) {
        steps.push(
          change.plan({ name: to, before: null, after: renamedZone(context, zone, to) }),
          change.plan({ name: from, before: zone.digest, after: null }),
          removeKeys.plan({ name: from }),
        );
        locks.push(lockOf(to), lockOf(from));
      } else if (from === before.domain) {
        context.inform(
          `The DNS zone “${from}” is not on this server, so “${to}” gets none. Add one with adddns.`,
        );
      }
    }
    return { steps, locks };
  },

  async copied({ machine, transaction }, usernames) {
    const names = await zones.list(machine);
    const accountOf = new Map<string, string>();
    await transaction('reads', async (db) => {
      for (const name of names) {
        const username = (await owners.ownerOf(db, name))?.username ?? '';
        accountOf.set(name, usernames.has(username) ? username : '');
      }
    });
    const found: Copy[] = [];
    for (const [name, username] of accountOf) {
      const zone = await zones.read(machine, name);
      if (zone === undefined) continue;
      const content = { text: zone.text, dnssecPolicy: zone.dnssecPolicy };
      found.push({ kind: 'zone', name, username, content });
    }
    return found;
  },

  rebuilds: [ZONES],

  ofRoot: {
    async missing({ machine, transaction, roles }) {
      if (!roles.has(ROLE)) return [];
      const saved = await transaction('reads', copiesOfRoot);
      const present = new Set(await zones.list(machine));
      const names = saved.filter((name) => !present.has(name));
      return names.length === 0
        ? []
        : [{ username: '', part: ZONES, what: `the DNS zones of root: ${names.join(', ')}` }];
    },

    async rebuilt(context, part) {
      const look = context.found.toRebuild?.zones;
      if (part !== ZONES || look === undefined) return [];
      const names = (await copiesOfRoot(context.db)).filter((name) => !look.present.has(name));
      const steps: PlannedStep[] = [];
      for (const name of names) {
        const after = await zoneOfBackup(context, name);
        if (after !== undefined) steps.push(change.plan({ name, before: null, after, isNew: true }));
      }
      return { steps, locks: names.map(lockOf), facts: { zones: names } };
    },
  },

  async missing({ machine, transaction, roles }, all) {
    if (!roles.has(ROLE)) return [];
    const present = new Set(await zones.list(machine));
    return transaction('reads', async (db) => {
      const saved = new Set((await copies.list(db, 'zone')).map(({ name }) => name));
      const missing: Missing[] = [];
      for (const account of all) {
        for (const name of (await zonesOf(db, account)).filter((one) => !present.has(one))) {
          const isSaved = saved.has(name);
          missing.push({
            ...{ username: account.username, part: ZONES },
            what: `the DNS zone “${name}”${isSaved ? ', as it was in the backup' : ''}`,
            // killdns removes it too.
            ...(!isSaved && { kind: 'optional' }),
          });
        }
      }
      return missing;
    });
  },

  async lookToRebuild({ machine, roles }, part) {
    if (part !== ZONES || !roles.has(ROLE)) return {};
    const present = new Set(await zones.list(machine));
    return { zones: { present, templates: await lookAtTemplates(machine, ACCOUNT_TEMPLATES) } };
  },

  async rebuilt(context, account, part) {
    const look = context.found.toRebuild?.zones;
    if (part !== ZONES || look === undefined) return [];
    const missing = (await zonesOf(context.db, account)).filter((name) => !look.present.has(name));
    const steps: PlannedStep[] = [];
    for (const name of missing) {
      const after = await rebuiltZone(context, name, account, look.templates);
      if (after.dnssecPolicy !== null) warnOfKeys(context, name);
      steps.push(change.plan({ name, before: null, after, isNew: true }));
    }
    return { steps, locks: missing.map(lockOf), facts: { zones: missing } };
  },

  async removed(context, account) {
    if (!context.roles.has(ROLE)) return withoutRole(context, ['keepdns']);
    if (context.wishes.keepdns === true) return NOTHING;
    const names = await owners.listOf(context.db, account);
    return {
      steps: names.flatMap((name) => [remove.plan({ name }), removeKeys.plan({ name })]),
      locks: names.map(lockOf),
    };
  },

  async assertRemovable({ machine }, { roles, wishes }) {
    if (roles.has(ROLE) && wishes.keepdns !== true) await zones.assertReady(machine);
  },
};

const changedMeanwhile = (domain: string) =>
  new LookAgain(`The domain “${domain}” was changed in the meantime.`);

type Flag = Exclude<keyof PartWishes, 'takesZoneFrom'>;

const lockOf = (zone: string) => exclusive(`zone ${zone}`);

function withoutRole({ wishes, inform }: PartDependencies, params: readonly Flag[]): PartWork {
  for (const param of params) {
    if (wishes[param] !== true) continue;
    inform(`The parameter “${param}” has no effect, because this server does not have the role “${ROLE}”.`);
  }
  return NOTHING;
}

function foundFor({ found }: PartDependencies, domain: string): FoundForAccount {
  if (found.zones?.domain !== domain) throw new Error(`The zone of “${domain}” was not read.`);
  return found.zones;
}

/**
 * True if a new account may have a zone of this name.
 * @throws ApiError `denied`, `bad_param`.
 */
async function assertReplaceable(
  context: PartDependencies,
  account: accounts.Account,
  found: FoundForAccount,
): Promise<void> {
  const { caller, wishes } = context;
  const { domain } = account;
  const owner = await assertMayAdd(context, domain);
  if (found.zone === undefined) return;
  // A zone without a stored owner belongs to root.
  if (owner === undefined && !seesAll(caller)) throw owners.noAccess(domain);
  if (owner !== undefined && !['root', caller.user].includes(owner.username)) {
    throw badParam(
      `The DNS zone “${domain}” belongs to “${owner.username}”. Remove it with killdns first, or choose another domain.`,
    );
  }
  if (wishes.forcedns === true) return;
  throw badParam(
    `The DNS zone “${domain}” already exists. Replace it with forcedns=1, or remove it with killdns first.`,
  );
}

/** @throws ApiError `denied`, `bad_param` if the new domain of an account already has a zone. */
async function assertFree(
  context: PartDependencies,
  domain: string,
  zone: FoundZone | undefined,
): Promise<void> {
  const owner = await assertMayAdd(context, domain);
  if (zone === undefined) return;
  if (owner === undefined && !seesAll(context.caller)) throw owners.noAccess(domain);
  throw badParam(
    `The DNS zone “${domain}” already exists. Remove it with killdns, or choose another domain.`,
  );
}

function warnOfKeys({ warn }: Pick<PartDependencies, 'warn'>, name: string): void {
  warn(`The DNS zone “${name}” is signed with new keys. Publish its DS records at the registrar.`);
}

function renamedZone({ now, inform, warn }: PartDependencies, found: FoundZone, to: string): Zone {
  const zone = zoneFileOf(found);
  const after = ofFile(found.name, () => renameZone(zone, `${to}.`, new Date(now())));
  const lines = linesThatMention(zone);
  if (lines.length > 0) {
    inform(
      `Texts in the DNS zone still mention “${found.name}”, in ${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}.`,
    );
  }
  if (found.dnssecPolicy !== null) {
    warnOfKeys({ warn }, to);
  }
  return { name: to, text: textOf(after.text), dnssecPolicy: found.dnssecPolicy };
}

/** Undefined: use the nameservers of the account’s owner. */
function registeredIn(
  { wishes, warn }: PartDependencies,
  { domain, registered }: FoundForAccount,
): readonly Nameserver[] | undefined {
  if (wishes.useregns !== true || registered === undefined) return undefined;
  const { nameservers, error } = registered;
  if (nameservers.length === 0) {
    const why = error ?? 'The domain has no nameservers in DNS.';
    warn(
      `The nameservers of “${domain}” could not be looked up, so its zone has those of this server. ${why}`,
    );
    return undefined;
  }
  if (nameservers.length > MAX_NAMESERVERS) {
    const left = nameservers.slice(MAX_NAMESERVERS).map(({ name }) => name);
    warn(`A zone has at most ${MAX_NAMESERVERS} nameservers. Omitted: ${left.join(', ')}.`);
  }
  return nameservers.slice(0, MAX_NAMESERVERS);
}

/** The zones of root in the backup. */
const copiesOfRoot = async (db: PartDependencies['db']): Promise<string[]> =>
  (await copies.list(db, 'zone')).filter(({ username }) => username === '').map(({ name }) => name);
