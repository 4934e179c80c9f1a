// The holder of a session proves to be its user, by a code or the password. Wrong proofs count as failed logins.
import type { Db } from '../../../core/context.ts';
import * as guardedAttempts from './guarded-attempts.ts';
import type { LoginService } from './callers.ts';
import { checkCode, type LoginDependencies } from './logins.ts';
import * as sessions from './sessions.ts';

/** Exactly one of them is set. The other is empty. */
export interface Proof {
  readonly service: LoginService;
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
export async function confirm(dependencies: LoginDependencies, proof: Proof): Promise<Confirmation> {
  const least = dependencies.sleep?.(guardedAttempts.REFUSAL_MS);
  const confirmation = await decide(dependencies, proof);
  if ('problem' in confirmation) await least;
  return confirmation;
}

function decide(dependencies: LoginDependencies, proof: Proof): Promise<Confirmation> {
  const { service, user, address } = proof;
  const usesPassword = proof.password !== '';
  const password = usesPassword ? proof.password : undefined;
  return guardedAttempts.attempt<Confirmation>(
    dependencies,
    { user, address, password, authentication: service },
    {
      refused: usesPassword ? WRONG_PASSWORD : BLOCKED_CODE,
      judge: async (context, isRight) => {
        const checked = usesPassword ? judgePassword(isRight) : await judgeCode(context, proof);
        if ('problem' in checked) return { outcome: usesPassword ? 'password' : 'code', result: checked };
        const confirmedUntil = await sessions.confirm(context, proof.sessionId);
        return { outcome: 'right', result: { ...checked, confirmedUntil } };
      },
    },
  );
}

type Checked = { readonly warnings: readonly string[] } | Extract<Confirmation, { problem: string }>;

function judgePassword(isRight: boolean): Checked {
  return isRight ? { warnings: [] } : WRONG_PASSWORD;
}

async function judgeCode(
  context: LoginDependencies & { readonly db: Db },
  { user, code }: Proof,
): Promise<Checked> {
  const factor = await checkCode(context, user, code);
  if ('problem' in factor) return { problem: 'tfa_invalid', reason: factor.reason };
  return { warnings: factor.warnings };
}
