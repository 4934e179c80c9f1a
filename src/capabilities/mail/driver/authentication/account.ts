// What happens to the authentication of mail if an account changes: DKIM keys follow their domains, and new zones get
// records.
import type { Db, FreeContext } from '../../../../core/context.ts';
import type { PlannedStep } from '../../../../core/plan.ts';
import * as tweakSettings from '../../../../ground/rules/tweak-settings.ts';
import {
  partParams,
  type AccountPart,
  type PartDependencies,
  type PartWishes,
} from '../../../accounts/driver/account-part.ts';
import { findPublicAddress } from '../../../addresses/rules/nat.ts';
import { lookAtTemplates } from '../../../dns/driver/zones/custom-templates.ts';
import { ACCOUNT_TEMPLATES } from '../../../dns/rules/account-zone.ts';
import type { ZoneText } from '../../../dns/rules/new-zone.ts';
import { listOf as domainsOf, type HostedDomain } from '../../../domains/rules/hosted-domains.ts';
import { renamesOf } from '../../../domains/rules/renamed-domains.ts';
import * as dkimKeys from '../../rules/authentication/dkim-keys.ts';
import * as dkim from '../../rules/authentication/dkim-record.ts';
import * as dmarcRecord from '../../rules/authentication/dmarc-record.ts';
import type { RsaKey } from '../../rules/authentication/rsa.ts';
import { takeKey } from '../../rules/authentication/key-stock.ts';
import { defaultSpf } from '../../rules/authentication/spf-record.ts';
import changeKey from './steps/change-key.ts';
import newKey from './steps/new-key.ts';
import request from './steps/request.ts';

declare module '../../../accounts/driver/account-part.ts' {
  interface PartWishes {
    /** Sign mail with DKIM, and publish the records of SPF and DMARC. Undefined: as the tweak settings say. */
    readonly dkim?: boolean;
    readonly spf?: boolean;
    readonly dmarc?: boolean;
  }
  interface FoundByParts {
    /** For a new account’s domain. Its record is among `zoneTexts`. */
    readonly dkimKey?: RsaKey;
  }
}

const ROLE = 'MailSend';
const wishes = ['dkim', 'spf', 'dmarc'] as const;

/** A text with these is left to the task. */
const UNUSUAL = /["%\\]|[^\x20-\x7e]/;

export const part: AccountPart = {
  params: {
    created: partParams(
      {
        dkim: {
          type: 'flag',
          doc: '1: sign mail with DKIM. 0: do not sign it. Default: the tweak setting create_account_dkim.',
        },
        dmarc: {
          type: 'flag',
          doc: '1: publish the default DMARC record of this server (see set_default_dmarc_record). Default: 0.',
        },
        spf: {
          type: 'flag',
          doc: '1: publish an SPF record. 0: publish none. Default: the tweak setting create_account_spf.',
        },
      },
      ({ dkim, spf, dmarc }) => ({
        ...(dkim !== undefined && { dkim }),
        ...(spf !== undefined && { spf }),
        ...(dmarc !== undefined && { dmarc }),
      }),
    ),
  },

  /** What stands in the first zone of a new account: SPF and DMARC, and DKIM if there is a key. */
  async look(context, roles, { domain, username, wishes: given = {} }) {
    if (username !== undefined || [ROLE, 'DNS'].some((role) => !roles.has(role))) return {};
    const { system, transaction } = context;
    const isPlain = given.takesZoneFrom === undefined && !(await haveKeys(context));
    return transaction('reads', async (db) => {
      const wanted = await wantedOf(db, given);
      const { spf, dmarc } = wanted;
      const dkimKey = wanted.dkim && isPlain ? takeKey(context) : undefined;
      const texts: ZoneText[] = [];
      if (spf)
        texts.push({ name: domain, text: defaultSpf(await findPublicAddress(db, system.addresses()[0])) });
      if (dmarc) texts.push({ name: dmarcRecord.nameOf(domain), text: await dmarcRecord.readDefault(db) });
      if (dkimKey !== undefined)
        texts.push({ name: dkim.nameOf(domain), text: dkim.textOf(dkimKey.publicKey) });
      const zoneTexts = texts.filter(({ text }) => !UNUSUAL.test(text));
      return { zoneTexts, ...(dkimKey && { dkimKey }) };
    });
  },

  async created(context, { account: { username, domain } }) {
    // A zone that comes from another account keeps its records.
    const texts = context.wishes.takesZoneFrom === undefined ? (context.found.zoneTexts ?? []) : [];
    const has = (name: string) => texts.some((text) => text.name === name);
    const inZone = {
      dkim: has(dkim.nameOf(domain)),
      spf: has(domain),
      dmarc: has(dmarcRecord.nameOf(domain)),
    };
    const steps = await requestSteps(context, username, [domain], inZone);
    const { dkimKey: key } = context.found;
    if (!inZone.dkim || key === undefined) return steps;
    const sealed = await dkimKeys.sealKey(context, domain, key.privateKey);
    const { publicKey } = key;
    return [newKey.plan({ ...dkimKeys.forStep({ domain, sealed }), domain, username, publicKey }), ...steps];
  },

  async changed(context, before, after) {
    if (before.domain === after.domain || !context.roles.has(ROLE)) return [];
    const renames = renamesOf(before, after, await domainsOf(context.db, before.username));
    const steps: PlannedStep[] = [];
    for (const key of await dkimKeys.listOf(context.db, before.username)) {
      const to = renames.get(key.domain);
      if (to === undefined || !key.isEnabled) continue;
      const renamed = await dkimKeys.renameKey(context, key, to);
      steps.push(changeKey.plan({ domain: to, before: null, after: dkimKeys.forStep(renamed) }));
      steps.push(changeKey.plan({ domain: key.domain, before: dkimKeys.forStep(key), after: null }));
    }
    return steps;
  },

  async domainsChanged(context, { account, before, after }) {
    const gone = without(before, after).map(({ domain }) => dkimKeys.find(context.db, domain));
    const keys = (await Promise.all(gone)).filter((key) => key !== undefined);
    // Subdomains have their names in the zone of their parent domain, whose policies hold for them too.
    const added = without(after, before).filter(({ servedBy }) => servedBy !== null);
    return [
      ...(context.roles.has(ROLE) ? removalsOf(keys) : []),
      ...(await requestSteps(
        context,
        account.username,
        added.map(({ domain }) => domain),
      )),
    ];
  },

  /** With the user, as the other files of its mail. */
  async rebuilt({ db, roles }, { username }, rebuiltPart) {
    if (rebuiltPart !== 'user' || !roles.has(ROLE)) return [];
    const keys = (await dkimKeys.listOf(db, username)).filter(({ isEnabled }) => isEnabled);
    return keys.map((key) =>
      changeKey.plan({ domain: key.domain, before: null, after: dkimKeys.forStep(key) }),
    );
  },

  async removed({ db, roles }, { username }) {
    return roles.has(ROLE) ? removalsOf(await dkimKeys.listOf(db, username)) : [];
  },
};

const without = (list: readonly HostedDomain[], other: readonly HostedDomain[]) =>
  list.filter(({ domain }) => !other.some((one) => one.domain === domain));

function removalsOf(keys: readonly dkimKeys.DkimKey[]): PlannedStep[] {
  return keys
    .filter(({ isEnabled }) => isEnabled)
    .map((key) => changeKey.plan({ domain: key.domain, before: dkimKeys.forStep(key), after: null }));
}

/**
 * The steps for domains that get a zone on this server. A task publishes the records: generating a key takes longer than
 * everything else that creates an account.
 */
async function requestSteps(
  context: Pick<PartDependencies, 'db' | 'roles' | 'wishes' | 'inform'>,
  username: string,
  domains: readonly string[],
  inZone = { dkim: false, spf: false, dmarc: false },
): Promise<PlannedStep[]> {
  const { db, roles } = context;
  const missing = [ROLE, 'DNS'].find((role) => !roles.has(role));
  if (missing !== undefined) {
    for (const param of wishes) {
      if (context.wishes[param] !== true) continue;
      context.inform(
        `The parameter “${param}” has no effect, because this server does not have the role “${missing}”.`,
      );
    }
    return [];
  }
  if (domains.length === 0) return [];
  const all = await wantedOf(db, context.wishes);
  const wanted = {
    dkim: all.dkim && !inZone.dkim,
    spf: all.spf && !inZone.spf,
    dmarc: all.dmarc && !inZone.dmarc,
  };
  if (!Object.values(wanted).includes(true)) return [];
  return [request.plan({ username, domains, ...wanted })];
}

/** True if zones get keys of the administrator’s, by a custom template. */
async function haveKeys({ machine }: Pick<FreeContext, 'machine'>): Promise<boolean> {
  const { texts } = await lookAtTemplates(machine, ACCOUNT_TEMPLATES);
  return [...texts.values()].some((text) => text.includes('_domainkey'));
}

async function wantedOf(db: Db, given: PartWishes) {
  const settings = await tweakSettings.readSeveral(db, 'Main', ['create_account_dkim', 'create_account_spf']);
  const isWanted = (param: 'dkim' | 'spf') => given[param] ?? settings.get(`create_account_${param}`) !== '0';
  return { dkim: isWanted('dkim'), spf: isWanted('spf'), dmarc: given.dmarc ?? false };
}
