// Changes how receivers can authenticate mail of domains: DKIM keys, and the records of DKIM, SPF and DMARC. All of it is
// undone if a part fails.
import type { Context, FreeContext } from '../../../core/context.ts';
import { defineChange, exclusive, shared, type Plan, type PlannedStep } from '../../../core/plan.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { lookAtZones } from '../../dns/driver/zones/look-zones.ts';
import changeZone from '../../dns/driver/zones/steps/change.ts';
import { zonesToLookFor } from '../../dns/rules/domain-zones.ts';
import changeKey from '../driver/authentication/steps/change-key.ts';
import * as dkimKeys from '../rules/authentication/dkim-keys.ts';
import * as dkim from '../rules/authentication/dkim-record.ts';
import * as dmarcRecord from '../rules/authentication/dmarc-record.ts';
import { openDomains, type OpenedDomains } from '../rules/authentication/domains.ts';
import { isShort, newKey, type RsaKey } from '../rules/authentication/rsa.ts';
import { isSpf } from '../rules/authentication/spf-syntax.ts';
import {
  changedMeanwhile,
  changeTexts,
  type ChangedTexts,
  type LookedZones,
  type TextOutcome,
  type WantedText,
} from '../rules/authentication/text-records.ts';

interface ChangeAuthentication {
  /** As they are stored once the change is made. */
  readonly keys: readonly dkimKeys.DkimKey[];
}

const change = defineChange<ChangeAuthentication>({
  kind: 'change-authentication',
  async store(db, { keys }) {
    for (const key of keys) await dkimKeys.save(db, key);
  },
});
export default change;

const ROLE = 'MailSend';

/** What a call has read, and generated, while no transaction was open. */
export interface FoundForAuthentication extends LookedZones {
  /** New keys, by domain. */
  readonly newKeys: ReadonlyMap<string, RsaKey>;
}

/** @param options.generates the domains for which a key is generated: those without one, or with a short one too. */
export async function lookForAuthentication(
  context: FreeContext,
  given: readonly string[],
  { generates }: { readonly generates?: 'missing' | 'short' } = {},
): Promise<FoundForAuthentication> {
  const { names, keyless } = await context.transaction('reads', async (db) => {
    const { owners } = await openDomains(db, context.caller, given);
    const roles = await rolesOf({ db, system: context.system });
    const lacking: string[] = [];
    for (const domain of owners.keys()) {
      const key = await dkimKeys.find(db, domain);
      if (key === undefined || (generates === 'short' && isShort(key.publicKey))) lacking.push(domain);
    }
    return {
      names: roles.has('DNS') ? [...owners.keys()].flatMap(zonesToLookFor) : [],
      keyless: generates === undefined ? [] : lacking,
    };
  });
  const newKeys = new Map<string, RsaKey>();
  for (const domain of keyless) newKeys.set(domain, await newKey());
  const zones = await lookAtZones(context.machine, names);
  return { looked: new Set(names), zones, newKeys };
}

type Dependencies = Pick<Context, 'db' | 'caller' | 'sealer' | 'system' | 'now' | 'warn'> & {
  readonly plan: (plan: Plan) => void;
};

/** The outcome for a domain of the call. */
export interface Row extends TextOutcome {
  readonly domain: string;
}

/**
 * Plans that the mail of domains is signed, and that their records are published.
 * @param installed keys that replace those of the domains.
 */
export async function enableDkim(
  context: Dependencies,
  given: readonly string[],
  found: FoundForAuthentication,
  installed?: ReadonlyMap<string, RsaKey>,
): Promise<Row[]> {
  const opened = await openDomains(context.db, context.caller, given);
  const keys = new Map<string, PresentKey>();
  for (const [domain, username] of opened.owners) {
    const before = await dkimKeys.find(context.db, domain);
    const replacement =
      installed?.get(domain) ?? (before === undefined ? found.newKeys.get(domain) : undefined);
    if (before === undefined && replacement === undefined) throw changedMeanwhile(domain);
    keys.set(domain, { username, before, replacement });
  }
  const roles = await rolesOf(context);
  if (!roles.has(ROLE)) {
    context.warn(`This server does not have the role “${ROLE}”, so it does not sign mail.`);
  }
  return publishKeys(context, opened, keys, found);
}

/** What new domains get. */
export interface NewRecords {
  readonly dkim: boolean;
  /** Texts for domains that have none. Undefined: they get none. */
  readonly spf: string | undefined;
  readonly dmarc: string | undefined;
}

/** Plans that new domains get records. Domains that are gone meanwhile are left out. */
export async function publishNew(
  context: Omit<Dependencies, 'warn'>,
  given: readonly string[],
  { dkim: isSigned, spf, dmarc }: NewRecords,
  found: FoundForAuthentication,
): Promise<void> {
  const opened = await openDomains(context.db, context.caller, given);
  const keys = new Map<string, PresentKey>();
  const texts: WantedText[] = [];
  for (const [domain, username] of opened.owners) {
    const one = { domain, isOptional: true };
    if (spf !== undefined) texts.push({ ...one, name: domain, isReplaced: isSpf, text: spf });
    if (dmarc !== undefined) {
      texts.push({ ...one, name: dmarcRecord.nameOf(domain), isReplaced: dmarcRecord.isDmarc, text: dmarc });
    }
    if (!isSigned) continue;
    const before = await dkimKeys.find(context.db, domain);
    const replacement = before === undefined ? found.newKeys.get(domain) : undefined;
    if (before === undefined && replacement === undefined) throw changedMeanwhile(domain);
    keys.set(domain, { username, before, replacement });
  }
  await publishKeys(context, opened, keys, found, { texts });
}

/** Plans that each domain has a key that is long enough. Records of keys that are replaced are replaced too. */
export async function ensureKeys(
  context: Dependencies,
  given: readonly string[],
  found: FoundForAuthentication,
): Promise<Row[]> {
  const opened = await openDomains(context.db, context.caller, given);
  const published = new Map<string, PresentKey>();
  const created: dkimKeys.DkimKey[] = [];
  const notes = new Map<string, string>();
  for (const [domain, username] of opened.owners) {
    const before = await dkimKeys.find(context.db, domain);
    if (before !== undefined && !isShort(before.publicKey)) {
      notes.set(domain, 'The key already exists.');
      continue;
    }
    const replacement = found.newKeys.get(domain);
    if (replacement === undefined) throw changedMeanwhile(domain);
    notes.set(
      domain,
      before === undefined ? 'A key was generated.' : 'The key was too short, and was replaced.',
    );
    if (before?.isEnabled === true) published.set(domain, { username, before, replacement });
    else created.push(await sealed(context, domain, { username, before, replacement }, false));
  }
  const rows = await publishKeys(context, opened, published, found, { keys: created });
  return rows.map((row) => {
    const note = notes.get(row.domain);
    if (note === undefined) return row;
    return { ...row, status: 1 as const, msg: [note, row.msg].filter((part) => part !== '').join(' ') };
  });
}

/** Plans that the mail of domains is not signed any longer. Their keys stay in the store. */
export async function disableDkim(
  context: Dependencies,
  given: readonly string[],
  found: FoundForAuthentication,
): Promise<Row[]> {
  const opened = await openDomains(context.db, context.caller, given);
  const wanted = [...opened.owners.keys()].map((domain) => recordOf(domain, undefined));
  const texts = await changeTexts(context, wanted, found);
  const keys: dkimKeys.DkimKey[] = [];
  const steps: PlannedStep[] = [];
  const roles = await rolesOf(context);
  for (const domain of opened.owners.keys()) {
    const key = await dkimKeys.find(context.db, domain);
    if (key?.isEnabled !== true) continue;
    keys.push({ ...key, isEnabled: false });
    if (roles.has(ROLE)) steps.push(changeKey.plan({ domain, before: dkimKeys.forStep(key), after: null }));
  }
  plan(context, opened, { keys, keySteps: steps, zones: texts.zones });
  // Mail is not signed any longer, wherever the record is.
  return rowsOf(opened, texts, dkim.nameOf).map((row) =>
    opened.owners.has(row.domain) ? { ...row, status: 1 } : row,
  );
}

/** Plans that mail is signed with keys whose records are published elsewhere. */
export async function enablePublished(
  context: Omit<Dependencies, 'warn'>,
  opened: OpenedDomains,
  keys: readonly dkimKeys.DkimKey[],
): Promise<void> {
  const roles = await rolesOf(context);
  const keySteps = roles.has(ROLE)
    ? keys.map((key) => changeKey.plan({ domain: key.domain, before: null, after: dkimKeys.forStep(key) }))
    : [];
  const enabled = keys.map((key) => ({ ...key, isEnabled: true }));
  plan(context, opened, { keys: enabled, keySteps, zones: [] });
}

/** Plans that domains have a text of a kind, such as SPF. @param textOf undefined: those texts are removed. */
export async function setTexts(
  context: Omit<Dependencies, 'sealer' | 'system' | 'warn'>,
  given: readonly string[],
  textOf: (opened: OpenedDomains) => (domain: string) => Omit<WantedText, 'domain'>,
  found: LookedZones,
): Promise<Row[]> {
  const opened = await openDomains(context.db, context.caller, given);
  const of = textOf(opened);
  const wanted = [...opened.owners.keys()].map((domain) => ({ domain, ...of(domain) }));
  const texts = await changeTexts(context, wanted, found);
  plan(context, opened, { keys: [], keySteps: [], zones: texts.zones });
  return rowsOf(opened, texts, (domain) => of(domain).name);
}

interface PresentKey {
  readonly username: string;
  readonly before: dkimKeys.DkimKey | undefined;
  /** Used instead of `before`. */
  readonly replacement: RsaKey | undefined;
}

/**
 * Publishes keys, and signs with those whose record is in a zone of this server. `further`: other texts, and keys that are
 * only stored.
 */
async function publishKeys(
  context: Omit<Dependencies, 'warn'>,
  opened: OpenedDomains,
  wanted: ReadonlyMap<string, PresentKey>,
  found: LookedZones,
  further: { readonly texts?: readonly WantedText[]; readonly keys?: readonly dkimKeys.DkimKey[] } = {},
): Promise<Row[]> {
  const records = [...wanted].map(([domain, { before, replacement }]) =>
    recordOf(domain, dkim.textOf((replacement ?? before)?.publicKey ?? '')),
  );
  const texts = await changeTexts(context, [...records, ...(further.texts ?? [])], found);
  const roles = await rolesOf(context);
  const keys = [...(further.keys ?? [])];
  const keySteps: PlannedStep[] = [];
  for (const [domain, present] of wanted) {
    const { before, replacement } = present;
    // A key whose record is elsewhere stays as it is. A new one is not used before its record is there.
    const stays = replacement === undefined && before?.isEnabled === true;
    const isEnabled = texts.outcomes.get(dkim.nameOf(domain))?.status === 1 || stays;
    if (replacement === undefined && before?.isEnabled === isEnabled) continue;
    const after = await sealed(context, domain, present, isEnabled);
    keys.push(after);
    const former = before?.isEnabled === true ? dkimKeys.forStep(before) : null;
    if (!roles.has(ROLE) || (former === null && !isEnabled)) continue;
    keySteps.push(
      changeKey.plan({ domain, before: former, after: isEnabled ? dkimKeys.forStep(after) : null }),
    );
  }
  plan(context, opened, { keys, keySteps, zones: texts.zones });
  return rowsOf(opened, texts, dkim.nameOf);
}

async function sealed(
  context: Pick<Dependencies, 'db' | 'sealer'>,
  domain: string,
  { username, before, replacement }: PresentKey,
  isEnabled: boolean,
): Promise<dkimKeys.DkimKey> {
  if (replacement !== undefined) {
    const { privateKey, publicKey } = replacement;
    return {
      domain,
      username,
      sealed: await dkimKeys.sealKey(context, domain, privateKey),
      publicKey,
      isEnabled,
    };
  }
  if (before === undefined) throw new Error(`“${domain}” has no DKIM key.`);
  return { ...before, isEnabled };
}

/** All texts of the name are replaced: with another key there, verifiers could choose that one. */
function recordOf(domain: string, text: string | undefined): WantedText {
  return { domain, name: dkim.nameOf(domain), isReplaced: () => true, text };
}

function plan(
  context: Pick<Dependencies, 'plan'>,
  { owners }: OpenedDomains,
  {
    keys,
    keySteps,
    zones,
  }: {
    readonly keys: readonly dkimKeys.DkimKey[];
    readonly keySteps: readonly PlannedStep[];
    readonly zones: ChangedTexts['zones'];
  },
): void {
  if (keys.length === 0 && keySteps.length === 0 && zones.length === 0) return;
  context.plan(
    change.plan(
      { keys },
      {
        locks: [
          ...zones.map(({ name }) => exclusive(`zone ${name}`)),
          ...keys.map(({ domain }) => exclusive(`domain ${domain}`)),
          ...[...new Set(owners.values())].map((username) => shared(`account ${username}`)),
        ],
        // Receivers find the record before the first message is signed.
        steps: [...zones.map((zone) => changeZone.plan(zone)), ...keySteps],
      },
    ),
  );
}

function rowsOf(
  { domains, owners, failures }: OpenedDomains,
  { outcomes }: ChangedTexts,
  nameOf: (domain: string) => string,
): Row[] {
  return domains.map((domain) => {
    const failure = failures.get(domain);
    if (failure !== undefined) return { domain, status: 0, msg: failure.message };
    const { status = 1, msg = '' } = (owners.has(domain) ? outcomes.get(nameOf(domain)) : undefined) ?? {};
    return { domain, status, msg };
  });
}
