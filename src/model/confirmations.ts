// Whoever has a session proves to be its user: by a code, or by the password. Guesses count as failed logins do.
import type { Db } from '../core/context.ts';
import * as bruteForce from './brute-force.ts';
import { checkCode, REFUSAL_MS, type LoginWorld } from './logins.ts';
import * as sessions from './sessions.ts';

/** One of the two is given; the other is empty. */
export interface Proof {
  readonly user: string;
  readonly sessionId: string;
  readonly code: string;
  readonly password: string;
  readonly address: string;
}

export type Confirmation =
  | { readonly confirmedUntil: number; readonly warnings: readonly string[] }
  | { readonly problem: 'denied' | 'tfa_invalid'; readonly reason: string };

const WRONG_PASSWORD = { problem: 'denied', reason: 'The password is wrong.' } as const;
const BLOCKED_CODE = { problem: 'tfa_invalid', reason: 'The security code is invalid.' } as const;

/** Marks the session as confirmed for a while if the proof is right. */
export async function confirm(world: LoginWorld, proof: Proof): Promise<Confirmation> {
  const least = world.sleep?.(REFUSAL_MS);
  const confirmation = await decide(world, proof);
  if ('problem' in confirmation) await least;
  return confirmation;
}

async function decide(world: LoginWorld, proof: Proof): Promise<Confirmation> {
  const { user, password, address } = proof;
  const usesPassword = password !== '';
  const login = { user, address };
  const blocked = await world.transaction((db) => bruteForce.check({ ...world, db }, login));
  const isRight =
    usesPassword &&
    blocked === undefined &&
    (await (await world.host.users()).verifyPassword(user, password));
  const { confirmation, reactions } = await world.transaction(async (db) => {
    const context = { ...world, db };
    // Again, because many guesses may arrive at once.
    if ((await bruteForce.check(context, login)) !== undefined) {
      return { confirmation: usesPassword ? WRONG_PASSWORD : BLOCKED_CODE, reactions: [] };
    }
    const checked = usesPassword ? judgePassword(isRight) : await judgeCode(context, proof);
    if ('problem' in checked) {
      const failure = usesPassword ? { ...login, password } : login;
      return { confirmation: checked, reactions: await bruteForce.recordFailure(context, failure) };
    }
    await bruteForce.recordSuccess(context, login);
    const confirmedUntil = await sessions.confirm(context, proof.sessionId);
    return { confirmation: { ...checked, confirmedUntil }, reactions: [] };
  });
  for (const problem of await bruteForce.react(world.host, reactions)) world.report?.(problem);
  return confirmation;
}

type Checked = { readonly warnings: readonly string[] } | Extract<Confirmation, { problem: string }>;

function judgePassword(isRight: boolean): Checked {
  return isRight ? { warnings: [] } : WRONG_PASSWORD;
}

async function judgeCode(context: LoginWorld & { readonly db: Db }, { user, code }: Proof): Promise<Checked> {
  const factor = await checkCode(context, user, code);
  if ('problem' in factor) return { problem: 'tfa_invalid', reason: factor.reason };
  return { warnings: factor.warnings };
}
