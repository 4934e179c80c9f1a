import { changeSigning } from '../../changes/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import {
  lookAtSigning,
  nameOfPolicy,
  signingAlgorithms,
  type SigningPolicy,
} from '../../drivers/zones/look.ts';
import { zoneParam } from '../../model/dns/record-form.ts';
import { namesOf, openSeveral } from '../../model/dns/several-zones.ts';

export default defineFunction({
  name: 'enable_dnssec_for_domains',
  since: 86,
  summary: 'Enable DNSSEC for the zones of domains.',
  description:
    'BIND generates the keys, signs each new version of the zone, and replaces zone-signing keys every 90 days. ' +
    'Resolvers validate the zone once its DS record is at the registrar (see fetch_ds_records_for_domains). If a ' +
    'zone cannot be signed, “enabled” is 0 and “error” is the reason. The other zones are still signed.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: {
      ...zoneParam,
      required: true,
      list: true,
      doc: 'A domain that has a zone on this server. Repeatable.',
    },
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
  },
  emptyIsOmitted: true,
  returns: {
    domains: {
      list: {
        fields: {
          domain: { type: 'string', doc: 'The domain.' },
          enabled: { type: 'flag', doc: '1 if its zone is signed.' },
          new_key_id: {
            type: 'string',
            optional: true,
            doc: 'The tag of the key for the DS record. Absent if BIND has not generated it yet, as in a dry run.',
          },
          nsec_version: { type: 'string', optional: true, doc: 'NSEC or NSEC3.' },
          nsec_error: {
            type: 'string',
            doc: 'Why the zone has no NSEC or NSEC3 records. Empty if it has them.',
          },
          error: { type: 'string', optional: true, doc: 'Why the zone is not signed.', extension: true },
        },
      },
      doc: 'The domains in the order of the call.',
    },
  },
  list: 'domains',
  examples: [
    {
      args: { domain: 'bob.example', algo_num: '13' },
      doc: 'Sign the zone of bob.example with ECDSA.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ domain }, { machine }) => lookAtSigning(machine, namesOf(domain)),

  async handler(args, context, { zones, isServed }) {
    const { db, caller, warn, inform } = context;
    const policy = readPolicy(args);
    const wanted = nameOfPolicy(policy);
    const { found, failures } = await openSeveral(db, caller, args.domain, zones);
    const errors = new Map(failures);
    /** Of zones that are signed already. */
    const keyTags = new Map<string, number>();
    const changes = [];
    for (const [domain, { found: zone, keys }] of found) {
      const { name, text, digest, dnssecPolicy } = zone;
      if (dnssecPolicy === null) {
        changes.push({ name, before: digest, after: { name, text, dnssecPolicy: wanted } });
      } else if (dnssecPolicy !== wanted) {
        const reason =
          `The zone “${name}” is already signed with the policy “${dnssecPolicy}”. To change the ` +
          `policy, run disable_dnssec_for_domains first.`;
        errors.set(domain, badParam(reason));
      } else {
        inform(`The zone “${name}” is already signed.`);
        const key = keys.find(({ flags }) => flags === 257);
        if (key !== undefined) keyTags.set(domain, key.tag);
      }
    }
    if (changes.length > 0 && !isServed) {
      warn(
        'No nameserver runs in this sandbox, so the zones are not signed and have no keys until BIND loads these files.',
      );
    }
    return changeSigning(context, {
      ...{ domains: [...new Set(args.domain)], found, errors, changes },
      row: (domain, { error, result }) => {
        if (error !== undefined) return { domain, enabled: 0, nsec_error: error, error };
        const key = result?.keyTag ?? keyTags.get(domain);
        return {
          ...{ domain, enabled: 1, nsec_error: '' },
          nsec_version: policy.denial === 'nsec' ? 'NSEC' : 'NSEC3',
          ...(key === undefined ? {} : { new_key_id: key.toString() }),
        };
      },
    });
  },
});

/** @throws ApiError `bad_param` */
function readPolicy(args: {
  readonly algo_num: number;
  readonly key_setup: 'classic' | 'simple' | undefined;
  readonly active: boolean;
  readonly use_nsec3: boolean;
  readonly nsec3_opt_out: boolean;
}): SigningPolicy {
  const { algo_num: algorithm, key_setup: setup, active, use_nsec3: isNsec3, nsec3_opt_out: isOptOut } = args;
  if (!active) throw badParam('“active” must be 1, because BIND activates the keys that it generates.');
  if (!isAlgorithm(algorithm)) {
    const sha1 = [5, 6, 7].includes(algorithm)
      ? ' uses SHA-1, which must not sign zones (RFC 9905)'
      : ' is not supported';
    throw badParam(`Algorithm ${algorithm}${sha1}. Use 8, 10, 13 or 14 as “algo_num”.`);
  }
  return {
    algorithm,
    keys: setup ?? (algorithm === 8 ? 'classic' : 'simple'),
    denial: isNsec3 ? (isOptOut ? 'nsec3-opt-out' : 'nsec3') : 'nsec',
  };
}

function isAlgorithm(number: number): number is SigningPolicy['algorithm'] {
  return number in signingAlgorithms;
}
