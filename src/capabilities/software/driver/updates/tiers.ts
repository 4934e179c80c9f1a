// WHM’s release tiers, and the channels that stand for them: suites of a repository, or dist-tags of npm.
import type { Offer, Source } from './source.ts';

export const tiers = ['edge', 'current', 'release', 'stable', 'lts'] as const;
export type Tier = (typeof tiers)[number];

/** npm’s own name for the usual version, and the usual one for the newest. */
const npmTags: Partial<Record<Tier, string>> = { release: 'latest', edge: 'next' };

/** The newest version in the tier. */
export function offerIn({ offers, kind }: Source, tier: string): Offer | undefined {
  const inChannel = (name: string | undefined) =>
    name === undefined ? undefined : offers.find(({ channels }) => channels.includes(name));
  return inChannel(tier) ?? (kind === 'npm' ? inChannel(npmTags[tier as Tier]) : undefined);
}

/** The tier that a version is in. Empty if it is in none. */
export function tierOf(source: Source, version: string | undefined): string {
  return tiers.findLast((tier) => offerIn(source, tier)?.version === version) ?? '';
}
