// The functions for a user's own second factor, at each door.
import {
  call,
  dataOf,
  RequestFailed,
  service,
  uapi,
  uapiData,
  type Answered,
  type UapiAnswer,
} from './session.ts';
import type { Service } from '../wire.ts';

export interface Secret {
  readonly secret: string;
  readonly otpauth_str: string;
}

export interface Enrolled {
  readonly warnings: readonly string[];
  /** Absent if they could not be created. */
  readonly codes?: readonly string[];
  /** True if the policy was enabled too. */
  readonly hasEnabledPolicy: boolean;
}

interface Codes {
  readonly recovery_codes: readonly string[];
}

interface TwoFactorApi {
  readonly generate: () => Promise<Secret>;
  /** Also creates recovery codes and enables the policy, in one request, because the session ends. */
  readonly enrol: (secret: string, code: string, enablesPolicy: boolean) => Promise<Enrolled>;
  readonly renewCodes: () => Promise<readonly string[]>;
  readonly remove: (user: string) => Promise<void>;
}

const apis: Readonly<Record<Service, TwoFactorApi>> = {
  whostmgrd: {
    generate: () => call<Secret>('twofactorauth_generate_tfa_config', { secret_length: '32' }),
    async enrol(secret, code, enablesPolicy) {
      const proof = new URLSearchParams({ secret, tfa_token: code });
      const { result } = await call<{ result: [Answered<unknown>, Answered<Codes>?, Answered<unknown>?] }>(
        'batch',
        {
          command: [
            `twofactorauth_set_tfa_config?${proof}`,
            'twofactorauth_generate_recovery_codes',
            ...(enablesPolicy ? ['twofactorauth_enable_policy'] : []),
          ],
          abort_on_error: 1,
        },
      );
      const [setUp, codes, policy] = result;
      dataOf(setUp);
      const warnings = furtherWarnings(setUp.metadata.output?.warnings);
      const hasEnabledPolicy = policy?.metadata.result === 1;
      if (codes?.metadata.result !== 1) return { warnings, hasEnabledPolicy };
      return { warnings, hasEnabledPolicy, codes: dataOf(codes).recovery_codes };
    },
    renewCodes: async () => (await call<Codes>('twofactorauth_generate_recovery_codes')).recovery_codes,
    async remove(user) {
      const { failed } = await call<{ failed: Readonly<Record<string, string>> }>(
        'twofactorauth_remove_user_config',
        { user: [user] },
      );
      const [reason] = Object.values(failed);
      if (reason !== undefined) throw new RequestFailed(reason);
    },
  },
  cpaneld: {
    generate: () => uapi<Secret>('TwoFactorAuth/generate_user_configuration'),
    async enrol(secret, code) {
      const [setUp, codes] = await uapi<[UapiAnswer<unknown>, UapiAnswer<Codes>?]>('Batch/strict', {
        // Numbered, because one value that is a list would be one command.
        'command-0': ['TwoFactorAuth', 'set_user_configuration', { secret, tfa_token: code }],
        'command-1': ['TwoFactorAuth', 'generate_recovery_codes'],
      });
      uapiData(setUp);
      const outcome = { warnings: furtherWarnings(setUp.warnings), hasEnabledPolicy: false };
      return codes?.status === 1 ? { ...outcome, codes: codes.data.recovery_codes } : outcome;
    },
    renewCodes: async () => (await uapi<Codes>('TwoFactorAuth/generate_recovery_codes')).recovery_codes,
    async remove() {
      await uapi('TwoFactorAuth/remove_user_configuration');
    },
  },
};

/** The page itself says that logins require no codes, or has enabled the policy since. */
function furtherWarnings(warnings: readonly string[] | null | undefined): string[] {
  return (warnings ?? []).filter((warning) => !warning.startsWith('Logins require codes only '));
}

export const twoFactorApi = apis[service];
