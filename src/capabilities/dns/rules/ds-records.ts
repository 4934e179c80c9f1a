// DNSSEC keys in the form that fetch_ds_records_for_domains returns.
import type { Field } from '../../../core/define.ts';

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

function describeKey(key: Key) {
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
function describeNsec(denial: 'nsec' | 'nsec3' | 'nsec3-opt-out') {
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

/** What the registrar of a signed zone needs. */
export function describeSigned({
  keys,
  policy,
}: {
  readonly keys: readonly Key[];
  readonly policy: { readonly denial: Parameters<typeof describeNsec>[0] } | null | undefined;
}) {
  return {
    keys: Object.fromEntries(keys.map((key) => [String(key.tag), describeKey(key)])),
    ...(policy ? { nsec_details: describeNsec(policy.denial) } : {}),
  };
}

/** The fields of `describeSigned`. */
export const signedZoneFields = {
  keys: {
    map: {
      fields: {
        active: { type: 'flag', doc: '1 if BIND signs with this key.' },
        algo_desc: { type: 'string', doc: 'The algorithm’s name, such as RSA/SHA-256.' },
        algo_num: { type: 'integer', doc: 'The algorithm’s number, such as 8.' },
        algo_tag: { type: 'string', doc: 'The algorithm’s mnemonic, such as RSASHA256.' },
        bits: { type: 'integer', doc: 'The length of the key in bits.' },
        created: { type: 'integer', doc: 'When BIND generated it, as a Unix timestamp.' },
        digests: {
          list: {
            fields: {
              algo_desc: { type: 'string', doc: 'The digest type’s name, such as SHA-256.' },
              algo_num: { type: 'integer', doc: 'The digest type’s number, such as 2.' },
              digest: { type: 'string', doc: 'The digest in hexadecimal.' },
            },
          },
          doc: 'The digests that a DS record can use.',
        },
        flags: {
          type: 'integer',
          doc: '257 for a key that a DS record can refer to, otherwise 256.',
        },
        key_id: { type: 'integer', doc: 'The tag of the key.' },
        key_tag: { type: 'integer', doc: 'The tag of the key.' },
        key_type: { type: 'string', doc: 'KSK, ZSK, or CSK for one key in both roles.' },
      },
    },
    keys: 'KEY_ID',
    doc: 'The keys. Empty if the zone is not signed.',
  },
  nsec_details: {
    fields: {
      nsec_version: { type: 'string', doc: 'NSEC or NSEC3.' },
      nsec3_hash_algo_desc: {
        type: 'string',
        optional: true,
        doc: 'The hash algorithm, always SHA-1.',
      },
      nsec3_hash_algo_num: { type: 'integer', optional: true, doc: '1.' },
      nsec3_iterations: { type: 'integer', optional: true, doc: '0.' },
      nsec3_narrow: {
        type: 'flag',
        optional: true,
        doc: 'Always 0: BIND generates the records when it signs the zone.',
      },
      nsec3_opt_out: {
        type: 'flag',
        optional: true,
        doc: '1 if delegations without DS records are not ' + 'covered.',
      },
      nsec3_salt: { type: 'string', optional: true, doc: 'Empty.' },
    },
    optional: true,
    doc:
      'How the zone proves that a name does not exist. Absent if the zone is not signed, or signed ' +
      'with a policy that is not this program’s.',
  },
} as const satisfies Readonly<Record<string, Field>>;
