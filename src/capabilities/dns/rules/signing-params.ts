// The parameters with which zones are signed (DNSSEC).
import type { Params } from '../../../core/define.ts';

export const signingParams = {
  algo_num: {
    type: 'integer',
    default: 8,
    min: 1,
    max: 255,
    doc: 'The algorithm: 8 (RSA with SHA-256), 10 (RSA with SHA-512), 13 (ECDSA P-256) or 14 (ECDSA P-384).',
  },
  key_setup: {
    type: 'string',
    values: ['classic', 'simple'],
    doc:
      'The kinds of keys. classic: a key-signing key and a zone-signing key. simple: one key for both. Default: ' +
      'classic for ' +
      'algorithm 8, otherwise simple.',
  },
  active: {
    type: 'flag',
    default: 1,
    doc: 'Only 1 is accepted, because BIND activates the keys that it generates.',
  },
  use_nsec3: {
    type: 'flag',
    default: 1,
    doc: '1: NSEC3, which makes it hard to list the names of the zone. 0: NSEC, which lets anyone list them.',
  },
  nsec3_opt_out: {
    type: 'flag',
    default: 0,
    doc: '1: NSEC3 records do not cover delegations without DS records (opt-out).',
  },
  nsec3_iterations: {
    type: 'integer',
    min: 0,
    max: 500,
    doc: 'The number of additional NSEC3 hash iterations.',
    noEffectReason: 'NSEC3 always uses 0 iterations, as RFC 9276 requires.',
  },
  nsec3_narrow: {
    type: 'flag',
    doc: 'Whether to generate NSEC3 records for each query.',
    noEffectReason: 'BIND generates NSEC3 records when it signs the zone.',
  },
  nsec3_salt: {
    type: 'string',
    maxLength: 510,
    doc: 'The NSEC3 salt.',
    noEffectReason: 'NSEC3 is used without a salt, as RFC 9276 recommends.',
  },
} as const satisfies Params;
