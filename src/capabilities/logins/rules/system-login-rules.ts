// Which logins to the system (SSH, su, sudo) need a second factor. While the policy is disabled, none of them does.
import type { Db } from '../../../core/context.ts';
import type { Fields } from '../../../core/define.ts';
import { includes } from './address-lists.ts';
import * as storedSettings from '../../../ground/rules/stored-settings.ts';
import { isReseller } from '../../accounts/rules/resellers/resellers.ts';
import * as tfa from '../../two-factor/rules/tfa.ts';

/** The users who cannot log in until they have set up two-factor authentication. `resellers` includes root. */
export const obligations = ['none', 'resellers', 'all'] as const;
export type Obligation = (typeof obligations)[number];

export interface Rules {
  readonly requiredFor: Obligation;
  readonly exemptUsers: readonly string[];
  /** In the form of `address-lists.ts`. */
  readonly exemptNetworks: readonly string[];
}

/** `set-up`: the user needs a second factor but has none, so the login is refused. */
export type Requirement = 'none' | 'code' | 'set-up';

const NAME = 'tfa_system_logins';
const defaults: Rules = { requiredFor: 'none', exemptUsers: [], exemptNetworks: [] };

export async function read(db: Db): Promise<Rules> {
  return { ...defaults, ...(JSON.parse((await storedSettings.read(db, NAME)) ?? '{}') as Partial<Rules>) };
}

export async function write(db: Db, rules: Rules): Promise<void> {
  await storedSettings.write(db, NAME, JSON.stringify(rules));
}

/**
 * @param user any system user, with or without an account.
 * @param address of the client. Undefined for su and sudo, which have none.
 */
export async function requirementOf(db: Db, user: string, address: string | undefined): Promise<Requirement> {
  if (!(await tfa.isPolicyEnabled(db))) return 'none';
  const rules = await read(db);
  if (rules.exemptUsers.includes(user)) return 'none';
  if (address !== undefined && includes(rules.exemptNetworks, address)) return 'none';
  if (await tfa.isEnrolled(db, user)) return 'code';
  return (await isRequired(db, rules, user)) ? 'set-up' : 'none';
}

/** True if the user must set up two-factor authentication, apart from exemptions and from the policy. */
async function isRequired(db: Db, { requiredFor }: Rules, user: string): Promise<boolean> {
  if (requiredFor === 'resellers') return user === 'root' || (await isReseller(db, user));
  return requiredFor === 'all';
}

/** True if root could no longer log in over the network under these rules. */
export async function locksOutRoot(db: Db, rules: Rules): Promise<boolean> {
  if (rules.exemptUsers.includes('root')) return false;
  return (await isRequired(db, rules, 'root')) && !(await tfa.isEnrolled(db, 'root'));
}

/** Returns the rules in the form of the API's response. */
export async function answerOf(db: Db) {
  const { requiredFor, exemptUsers, exemptNetworks } = await read(db);
  return {
    is_enabled: (await tfa.isPolicyEnabled(db)) ? (1 as const) : (0 as const),
    required_for: requiredFor,
    exempt_users: [...exemptUsers],
    exempt_networks: [...exemptNetworks],
  };
}

/** The description of the result of `answerOf`. */
export const fields = {
  is_enabled: {
    type: 'flag',
    doc: '1 if the two-factor authentication policy is enabled. If it is not, no login needs a code.',
  },
  required_for: {
    type: 'string',
    doc: 'The users who cannot log in before they set up two-factor authentication: none, resellers or all.',
  },
  exempt_users: { list: { type: 'string' }, doc: 'The users who never need a code.' },
  exempt_networks: {
    list: { type: 'string' },
    doc: 'The IP addresses and networks from which logins need no code.',
  },
} as const satisfies Fields;
