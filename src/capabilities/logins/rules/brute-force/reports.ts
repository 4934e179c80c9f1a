// Failed logins and blocks in the form that four functions return.
import type { Db } from '../../../../core/context.ts';
import type { Fields } from '../../../../core/define.ts';
import { textOf, textOfSource } from './addresses.ts';
import * as configuration from './config.ts';
import * as history from './history.ts';
import type { BlockKind } from './history.ts';

const MINUTE_MS = 60_000;

const addressFields = {
  ip: {
    type: 'string',
    doc: 'The address; for IPv6 the network, such as 2001:db8::/64, whose addresses are counted and blocked as one.',
  },
  notes: { type: 'string', doc: 'The reason for the block.' },
  logintime: { type: 'string', doc: 'The time of the failed login that triggered the block.' },
  exptime: { type: 'string', doc: 'The time at which the block ends.' },
  timeleft: { type: 'integer', doc: 'Minutes until then, rounded up.' },
} as const satisfies Fields;

export const blockedAddress = { fields: addressFields } as const;

const loginFields = {
  user: { type: 'string', doc: 'The user, as it was sent. The user does not need to exist.' },
  ip: { type: 'string', doc: 'The address that the login came from.' },
  service: { type: 'string', doc: 'The service that was requested: “system”, “mail” or “ftp”.' },
  authservice: {
    type: 'string',
    doc: 'The program that received the login, such as “whostmgrd”, “dovecot” or “smtp”.',
  },
  logintime: { type: 'string', doc: 'The time of the failed login.' },
} as const satisfies Fields;

export const failedLogin = {
  fields: {
    ...loginFields,
    exptime: { type: 'string', doc: 'The time at which the record expires.' },
    timeleft: { type: 'integer', doc: 'Minutes until then, rounded up.' },
  },
} as const;

export const blockedUser = {
  fields: {
    ...loginFields,
    exptime: { type: 'string', doc: 'The time at which the lock ends.' },
    timeleft: { type: 'integer', doc: 'Minutes until then, rounded up.' },
  },
} as const;

export async function blockedAddresses(db: Db, kind: BlockKind, now: number) {
  const blocks = await history.listAddressBlocks(db, kind, now);
  return blocks.map((block) => ({
    ip: textOfSource(block),
    notes: block.notes,
    ...times(block.beganAt, block.endsAt, now),
  }));
}

export async function blockedUsers(db: Db, now: number) {
  const blocks = await history.listUserBlocks(db, now);
  return blocks.map((block) => ({ ...loginOf(block), ...times(block.beganAt, block.endsAt, now) }));
}

export async function failedLogins(db: Db, now: number) {
  const { lookback_period_min: minutes } = await configuration.read(db);
  const kept = minutes * MINUTE_MS;
  const failures = await history.listFailures(db, now - kept);
  return failures.map((failure) => ({
    ...loginOf(failure),
    ...times(failure.failedAt, failure.failedAt + kept, now),
  }));
}

/** Describes the latest failed logins, within the time for which they are listed, for people. */
export async function failedLoginsInBrief(db: Db, now: number, most: number) {
  const { is_enabled: isCounting, lookback_period_min: minutes } = await configuration.read(db);
  const { total, latest } = await history.latestFailures(db, now - minutes * MINUTE_MS, most);
  return {
    isCounting,
    minutes,
    total,
    latest: latest.map(({ username: user, address, failedAt }) => ({ user, ip: textOf(address), failedAt })),
  };
}

function loginOf(login: Omit<history.StoredFailure, 'failedAt'>) {
  const { username: user, address, service, authentication: authservice } = login;
  return { user, ip: textOf(address), service, authservice };
}

function times(from: number, to: number, now: number) {
  return {
    logintime: new Date(from).toISOString(),
    exptime: new Date(to).toISOString(),
    timeleft: Math.ceil((to - now) / MINUTE_MS),
  };
}
