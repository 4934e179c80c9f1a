// The DNSSEC policies of signed zones. BIND creates the keys, signs, and replaces keys by itself.
import { nameOfPolicy, signingAlgorithms, signingPolicies, type SigningPolicy } from '../signing-policy.ts';
import { block, list, quoted } from './named-conf.ts';
import { HEADER } from './render.ts';

/** Seconds. A signed zone with a longer TTL is not loaded: BIND waits for this time whenever it replaces a key. */
export const MAX_SIGNED_TTL = 604_800;

export function renderPolicies(): string {
  return HEADER + signingPolicies.map(renderPolicy).join('');
}

function renderPolicy(policy: SigningPolicy): string {
  const { name, bits } = signingAlgorithms[policy.algorithm];
  const algorithm = name.startsWith('rsa') ? `${name} ${bits}` : name;
  // Only people replace a key that the parent zone names, because they must change the DS record.
  const keys =
    policy.keys === 'simple'
      ? [`csk lifetime unlimited algorithm ${algorithm}`]
      : [`ksk lifetime unlimited algorithm ${algorithm}`, `zsk lifetime P90D algorithm ${algorithm}`];
  const optOut = policy.denial === 'nsec3-opt-out' ? 'yes' : 'no';
  return block(`dnssec-policy ${quoted(nameOfPolicy(policy))}`, [
    `keys ${list(keys)}`,
    `max-zone-ttl ${MAX_SIGNED_TTL}`,
    ...(policy.denial === 'nsec' ? [] : [`nsec3param iterations 0 optout ${optOut} salt-length 0`]),
  ]);
}
