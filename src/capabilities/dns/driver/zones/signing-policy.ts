// How zones are signed (RFC 9364): the nameserver's policies, whose names describe their content.

/**
 * The signing algorithms by IANA number, with their key size in bits. Algorithms with SHA-1 are excluded (RFC 9905).
 */
export const signingAlgorithms = {
  8: { name: 'rsasha256', bits: 2048 },
  10: { name: 'rsasha512', bits: 2048 },
  13: { name: 'ecdsap256sha256', bits: 256 },
  14: { name: 'ecdsap384sha384', bits: 384 },
} as const;

export type SigningAlgorithm = keyof typeof signingAlgorithms;

export interface SigningPolicy {
  readonly algorithm: SigningAlgorithm;
  /** `classic`: a key-signing key and a zone-signing key. `simple`: one key for both. */
  readonly keys: 'classic' | 'simple';
  /**
   * How the zone proves that a name does not exist: NSEC (RFC 4034) or NSEC3 (RFC 5155) with 0 iterations and no salt
   * (RFC 9276).
   */
  readonly denial: 'nsec' | 'nsec3' | 'nsec3-opt-out';
}

export const signingPolicies: readonly SigningPolicy[] = Object.keys(signingAlgorithms).flatMap((number) =>
  (['classic', 'simple'] as const).flatMap((keys) =>
    (['nsec', 'nsec3', 'nsec3-opt-out'] as const).map((denial) => ({
      algorithm: Number(number) as SigningAlgorithm,
      keys,
      denial,
    })),
  ),
);

/** The policy's name on the nameserver: `whmapi1-rsasha256-classic-nsec3`. */
export function nameOfPolicy({ algorithm, keys, denial }: SigningPolicy): string {
  return `whmapi1-${signingAlgorithms[algorithm].name}-${keys}-${denial}`;
}

/** Undefined if the policy is not this program's. */
export function policyOfName(name: string): SigningPolicy | undefined {
  return signingPolicies.find((policy) => nameOfPolicy(policy) === name);
}
