// DNSSEC keys in the form that fetch_ds_records_for_domains returns.

/** A key as drivers return it. */
interface Key {
  readonly tag: number;
  readonly algorithm: number;
  readonly bits: number;
  readonly flags: number;
  readonly role: string;
  /** Milliseconds since 1970-01-01. */
  readonly createdAt: number;
  readonly isActive: boolean;
  readonly digests: readonly { readonly type: 1 | 2 | 4; readonly digest: string }[];
}

/** IANA's DNS Security Algorithm Numbers: mnemonics and descriptions. */
const algorithms: Readonly<Record<number, readonly [tag: string, description: string]>> = {
  5: ['RSASHA1', 'RSA/SHA-1'],
  7: ['RSASHA1-NSEC3-SHA1', 'RSASHA1-NSEC3-SHA1'],
  8: ['RSASHA256', 'RSA/SHA-256'],
  10: ['RSASHA512', 'RSA/SHA-512'],
  13: ['ECDSAP256SHA256', 'ECDSA Curve P-256 with SHA-256'],
  14: ['ECDSAP384SHA384', 'ECDSA Curve P-384 with SHA-384'],
  15: ['ED25519', 'Ed25519'],
  16: ['ED448', 'Ed448'],
};

/** IANA's Digest Algorithms of DS records. */
const digestTypes = { 1: 'SHA-1', 2: 'SHA-256', 4: 'SHA-384' } as const;

export function describeKey(key: Key) {
  const [tag, description] = algorithms[key.algorithm] ?? [String(key.algorithm), 'unknown'];
  return {
    active: Number(key.isActive),
    algo_desc: description,
    algo_num: key.algorithm,
    algo_tag: tag,
    bits: key.bits,
    created: Math.floor(key.createdAt / 1000),
    digests: key.digests.map(({ type, digest }) => ({
      algo_desc: digestTypes[type],
      algo_num: type,
      digest,
    })),
    flags: key.flags,
    key_id: key.tag,
    key_tag: key.tag,
    key_type: key.role,
  };
}

/** The NSEC3 parameters of the policies: no iterations and no salt (RFC 9276), generated when the zone is signed. */
export function describeNsec(denial: 'nsec' | 'nsec3' | 'nsec3-opt-out') {
  if (denial === 'nsec') return { nsec_version: 'NSEC' };
  return {
    nsec_version: 'NSEC3',
    nsec3_hash_algo_desc: 'SHA-1',
    nsec3_hash_algo_num: 1,
    nsec3_iterations: 0,
    nsec3_narrow: 0,
    nsec3_opt_out: denial === 'nsec3-opt-out' ? 1 : 0,
    nsec3_salt: '',
  };
}
