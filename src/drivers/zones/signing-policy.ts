// How zones are signed (RFC 9364): the policies that the nameserver has, each by a name that says what is in it.

/** Algorithms to sign with, by their numbers at IANA, and the bits of their keys. Those with SHA-1 are not among them (RFC 9905). */
export const signingAlgorithms = {
  8: { name: 'rsasha256', bits: 2048 },
  10: { name: 'rsasha512', bits: 2048 },
  13: { name: 'ecdsap256sha256', bits: 256 },
  14: { name: 'ecdsap384sha384', bits: 384 },
} as const;

export type SigningAlgorithm = keyof typeof signingAlgorithms;

export interface SigningPolicy {
  readonly algorithm: SigningAlgorithm;
  /** `classic`: a key that signs the other keys, and one that signs the rest. `simple`: one key for both. */
  readonly keys: 'classic' | 'simple';
  /** How it is proved that a name does not exist: NSEC (RFC 4034) or NSEC3 (RFC 5155), with 0 iterations and no salt (RFC 9276). */
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

/** As the nameserver has it: `whmapi1-rsasha256-classic-nsec3`. */
export function nameOfPolicy({ algorithm, keys, denial }: SigningPolicy): string {
  return `whmapi1-${signingAlgorithms[algorithm].name}-${keys}-${denial}`;
}

/** Undefined for a policy that somebody else made. */
export function policyOfName(name: string): SigningPolicy | undefined {
  return signingPolicies.find((policy) => nameOfPolicy(policy) === name);
}
